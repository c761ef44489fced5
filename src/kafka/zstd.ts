import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { kafkajs } from './kafkajs.ts'

const compress = promisify(zlib.zstdCompress)
const decompress = promisify(zlib.zstdDecompress)

// Kafka's zstd batches are plain zstd frames, which Node can make itself. Every process that reads needs it as well.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
})
