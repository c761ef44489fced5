import './zstd.ts'
import net from 'node:net'
import tls from 'node:tls'
import type { ISocketFactory, Kafka, KafkaConfig, SASLOptions } from 'kafkajs'
import type { KafkaSettings } from '../model/settings.ts'
import { kafkajs } from './kafkajs.ts'
import type { KafkaLog } from './log.ts'
import { kafkaLogCreator } from './log.ts'
import { oauthBearer } from './oauth.ts'

/** How long a connection may take. */
const connectionTimeoutMs = 5_000
/** How long a broker may take to answer. */
const requestTimeoutMs = 10_000

/**
 * A kafkajs client of its own. All clients made from one `Kafka` object share a map of committed offsets, so each
 * worker asks for another one.
 */
export function createKafka(settings: KafkaSettings, clientId: string, log: KafkaLog): Kafka {
  return new kafkajs.Kafka(kafkaConfig(settings, clientId, log))
}

/** kafkajs's configuration of `settings`. */
export function kafkaConfig(settings: KafkaSettings, clientId: string, log: KafkaLog): KafkaConfig {
  return {
    clientId,
    brokers: [...settings.brokers],
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    socketFactory,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: kafkaLogCreator(log),
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5, factor: 0.2, multiplier: 2 },
    ...(settings.tls === undefined ? {} : { ssl: tlsOptions(settings.tls) }),
    ...(settings.sasl === undefined ? {} : { sasl: saslOptions(settings.sasl) }),
  }
}

function tlsOptions(settings: NonNullable<KafkaSettings['tls']>): tls.ConnectionOptions {
  return {
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.cert === undefined ? {} : { cert: settings.cert }),
    ...(settings.key === undefined ? {} : { key: settings.key.reveal() }),
  }
}

function saslOptions(settings: NonNullable<KafkaSettings['sasl']>): SASLOptions {
  if (settings.mechanism === 'oauthbearer') {
    return { mechanism: 'oauthbearer', oauthBearerProvider: oauthBearer(settings) }
  }
  return { mechanism: settings.mechanism, username: settings.username, password: settings.password.reveal() }
}

/** kafkajs's own sockets wait for more to send (Nagle), which costs a transaction tens of milliseconds. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? tls.connect({ host, port, ...(net.isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
    : net.connect({ host, port }, onConnect)
  socket.setKeepAlive(true, 30_000)
  socket.setNoDelay(true)
  return socket
}
