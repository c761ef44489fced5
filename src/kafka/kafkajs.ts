import './kafkajs-patches.ts'

// Whatever of Ringtail uses kafkajs takes it from here, so that the patches are in place before it is loaded.
export { default as kafkajs } from 'kafkajs'
