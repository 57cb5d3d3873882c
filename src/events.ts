/**
 * One function per thing worth a log line, with a stable `event` name. Lines carry ids, never
 * addresses, subjects, bodies or tokens; `inboundId`, `ticketId` and `outboxId` tell the story of
 * one message. error: a person must act. warn: we will try again. info: one line per outcome.
 */
import type { Logger } from './log.ts'

interface DeliveryLine {
  readonly outboxId: number
  readonly ticketId: number | null
  readonly detail: string
  readonly kind: string
  /** From the first command to the outcome; null: the daemon died on the way. */
  readonly ms: number | null
}

export interface Events {
  inboxConnected(inbox: string): void
  /** The server told of news by itself. */
  inboxWoken(inbox: string): void
  /** Looked for new mail, and stored it. */
  inboxLooked(inbox: string, ms: number): void
  /** `reason`: one of a few words. */
  inboxFailed(inbox: string, err: unknown, retryInMs: number, reason: string): void
  messagesStored(inbox: string, count: number, bytes: number): void
  messageUnfetchable(inbox: string, uid: number, err: unknown): void
  messageTaken(line: {
    inboundId: number
    fate: string
    verdict: string
    /** Why the sender is not acknowledged, in a word; null: he is, or was before. */
    unanswered: string | null
    ticketId: number | null
    attempts: number
    inbox: string
    bytes: number
    /** From the server's receipt to now; null: the server did not say when. */
    lagMs: number | null
  }): void
  messagePostponed(line: { inboundId: number; failures: number }, err: unknown): void
  messageQuarantined(line: { inboundId: number }, err: unknown): void
  markFailed(inbox: string, err: unknown): void
  deliverySent(line: {
    outboxId: number
    ticketId: number | null
    attempts: number
    kind: string
    ms: number
  }): void
  deliveryPostponed(line: {
    outboxId: number
    attempts: number
    detail: string
    kind: string
    ms: number
  }): void
  deliveryFailed(line: DeliveryLine): void
  deliveryUncertain(line: DeliveryLine): void
  /** Whether the server took it could not be looked up. */
  copiesUnknown(inbox: string, err: unknown): void
  smtpUnavailable(inbox: string, detail: string, retryInMs: number): void
  smtpRecovered(inbox: string): void
  webhookUndelivered(
    line: { webhookId: number; deliveryId: number; attempts: number; detail: string },
    isLast: boolean,
  ): void
  leaseTaken(line: { inbox: string; epoch: number; isTakeover: boolean }): void
  leaseLost(inbox: string): void
  leaseGivenBack(inbox: string): void
  /** How far this machine's clock is ahead of the database's; negative: behind. */
  clockSkewed(aheadMs: number): void
  databaseUnavailable(loop: string, err: unknown): void
  loopFailed(loop: string, err: unknown): void
  configWarning(text: string): void
  /** An inbox's own template failed on a mail, and ours was taken. */
  templateFailed(mistake: { file: string; line: number; what: string }): void
  /** Somebody could not log in with the OpenID provider, and it is not his fault. */
  providerFailed(err: unknown): void
  requestFailed(line: { requestId: string; method: string; route: string }, err: unknown): void
  daemonStarted(line: { version: string; database: string; listen: string; inboxes: number }): void
  daemonStopping(signal: string): void
  daemonStopped(): void
  /** systemd asked to be told, and could not be. */
  supervisorUntold(err: unknown): void
}

export function eventsOf(log: Logger): Events {
  return {
    ...inboundEvents(log),
    ...deliveryEvents(log),
    ...daemonEvents(log),
  }
}

type Inbound = Pick<
  Events,
  | 'inboxConnected'
  | 'inboxWoken'
  | 'inboxLooked'
  | 'inboxFailed'
  | 'messagesStored'
  | 'messageUnfetchable'
  | 'messageTaken'
  | 'messagePostponed'
  | 'messageQuarantined'
  | 'markFailed'
>

function inboundEvents(log: Logger): Inbound {
  return {
    inboxConnected: (inbox) => log.info({ event: 'inbox.connected', inbox }, 'inbox connected'),
    inboxWoken: (inbox) => log.debug({ event: 'inbox.woken', inbox }, 'the server tells of news'),
    inboxLooked: (inbox, ms) => log.debug({ event: 'inbox.looked', inbox, ms }, 'inbox looked at'),
    inboxFailed: (inbox, err, retryInMs, reason) =>
      log.warn(
        { event: 'inbox.failed', inbox, err, retryInMs, reason },
        'inbox not reachable, will retry',
      ),
    messagesStored: (inbox, count, bytes) =>
      log.info({ event: 'message.stored', inbox, count, bytes }, 'messages stored'),
    messageUnfetchable: (inbox, uid, err) =>
      log.error({ event: 'message.unfetchable', inbox, uid, err }, 'a message cannot be fetched'),
    messageTaken: (line) => log.info({ event: 'message.taken', ...line }, 'message taken in'),
    messagePostponed: (line, err) =>
      log.warn({ event: 'message.postponed', ...line, err }, 'message will be tried again'),
    messageQuarantined: (line, err) =>
      log.error({ event: 'message.quarantined', ...line, err }, 'message could not be handled'),
    markFailed: (inbox, err) =>
      log.warn({ event: 'mark.failed', inbox, err }, 'stored messages could not be marked yet'),
  }
}

type Delivery = Pick<
  Events,
  | 'deliverySent'
  | 'deliveryPostponed'
  | 'deliveryFailed'
  | 'deliveryUncertain'
  | 'copiesUnknown'
  | 'smtpUnavailable'
  | 'smtpRecovered'
>

function deliveryEvents(log: Logger): Delivery {
  return {
    deliverySent: (line) => log.info({ event: 'delivery.sent', ...line }, 'handed to the server'),
    deliveryPostponed: (line) =>
      log.warn({ event: 'delivery.postponed', ...line }, 'delivery will be tried again'),
    deliveryFailed: (line) =>
      log.warn({ event: 'delivery.failed', ...line }, 'delivery refused for good'),
    deliveryUncertain: (line) =>
      log.warn({ event: 'delivery.uncertain', ...line }, 'delivery may or may not have happened'),
    copiesUnknown: (inbox, err) =>
      log.warn({ event: 'copies.unknown', inbox, err }, 'the Sent folder could not be searched'),
    smtpUnavailable: (inbox, detail, retryInMs) =>
      log.warn(
        { event: 'smtp.unavailable', inbox, detail, retryInMs },
        'SMTP server not usable, will retry',
      ),
    smtpRecovered: (inbox) =>
      log.info({ event: 'smtp.recovered', inbox }, 'SMTP server usable again'),
  }
}

type Daemon = Omit<Events, keyof Inbound | keyof Delivery>

function daemonEvents(log: Logger): Daemon {
  return {
    webhookUndelivered: (line, isLast) =>
      log.warn(
        { event: isLast ? 'webhook.failed' : 'webhook.postponed', ...line },
        isLast ? 'a webhook did not take a notice' : 'a webhook will be told again',
      ),
    leaseTaken: (line) =>
      log.info({ event: 'lease.taken', ...line }, 'this daemon fetches the inbox'),
    leaseGivenBack: (inbox) =>
      log.debug({ event: 'lease.given_back', inbox }, 'another daemon may fetch this inbox'),
    leaseLost: (inbox) =>
      log.warn({ event: 'lease.lost', inbox }, 'another daemon fetches the inbox'),
    clockSkewed: (aheadMs) =>
      log.warn({ event: 'clock.skewed', aheadMs }, 'the clocks here and of the database differ'),
    databaseUnavailable: (loop, err) =>
      log.warn({ event: 'database.unavailable', loop, err }, 'database not usable, will retry'),
    loopFailed: (loop, err) =>
      log.error({ event: 'loop.failed', loop, err }, 'a turn failed, will go on'),
    configWarning: (text) => log.warn({ event: 'config.warning' }, text),
    templateFailed: (mistake) =>
      log.warn({ event: 'template.failed', ...mistake }, 'a template failed, ours was taken'),
    providerFailed: (err) =>
      log.warn({ event: 'provider.failed', err }, 'the OpenID provider let nobody in'),
    requestFailed: (line, err) =>
      log.error({ event: 'request.failed', ...line, err }, 'request failed'),
    daemonStarted: (line) => log.info({ event: 'daemon.started', ...line }, 'Postroom is running'),
    daemonStopping: (signal) => log.info({ event: 'daemon.stopping', signal }, 'stopping'),
    daemonStopped: () => log.info({ event: 'daemon.stopped' }, 'stopped'),
    supervisorUntold: (err) =>
      log.warn({ event: 'supervisor.untold', err }, 'systemd cannot be told how we are'),
  }
}
