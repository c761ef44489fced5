import { promisify } from 'node:util'
import zlib, { type ZstdOptions } from 'node:zlib'
import { kafkajs } from './kafkajs.ts'

const compress = promisify<Buffer, ZstdOptions, Buffer>(zlib.zstdCompress)
const decompress = promisify(zlib.zstdDecompress)

/** On batches of events, level 1 takes half the time of the default level and is as small; small chunks cost as much. */
const options: ZstdOptions = { chunkSize: 256 << 10, params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } }

// Kafka's zstd batches are plain zstd frames, which Node can make itself. Every process that reads needs it as well.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer, options),
  decompress: (buffer: Buffer) => decompress(buffer),
})
