import type { Dispatcher } from 'undici'
import type { WireEnd } from './wire.ts'

/** The dispatcher, calling `onEnd` once the exchange is over for the provider: read or unread, whole or broken off. */
export function withEnd(dispatcher: Dispatcher, onEnd: (end: WireEnd) => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    let bytes = 0
    return dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart: (controller, status, headers, message) =>
        handler.onResponseStart?.(controller, status, headers, message),
      onResponseData(controller, chunk) {
        bytes += chunk.length
        handler.onResponseData?.(controller, chunk)
      },
      onResponseEnd(controller, trailers) {
        onEnd({ bytes, error: undefined })
        handler.onResponseEnd?.(controller, trailers)
      },
      onResponseError(controller, error) {
        onEnd({ bytes, error: isLetGo(error) ? undefined : error })
        handler.onResponseError?.(controller, error)
      },
    })
  })
}

/** How undici calls a body that was destroyed by its reader. */
const isLetGo = (error: Error): boolean => 'code' in error && error.code === 'UND_ERR_ABORTED'
