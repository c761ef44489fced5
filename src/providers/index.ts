import type { Provider } from '../model/provider.ts'
import { carrierx } from './carrierx/carrierx.ts'

/** Every kind of API that can be read, in the order in which they are listed to people. */
export const providers: readonly Provider<unknown>[] = [carrierx]
