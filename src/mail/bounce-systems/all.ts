/**
 * Every mail system whose bounces in words we know. A new one is a file beside this one, a line
 * here and a sample in the test. The first whose marks are found is named, so who borrows another
 * one's words stands before it.
 */
import type { BounceSystem } from './bounce-system.ts'
import { amavis } from './amavis.ts'
import { chineseProviders } from './chinese-providers.ts'
import { communigate } from './communigate.ts'
import { domino } from './domino.ts'
import { exchange } from './exchange.ts'
import { exim } from './exim.ts'
import { gmail } from './gmail.ts'
import { groupwise } from './groupwise.ts'
import { imail } from './imail.ts'
import { japaneseCarriers } from './japanese-carriers.ts'
import { mailGateways } from './mail-gateways.ts'
import { mailLists } from './mail-lists.ts'
import { mailRu } from './mail-ru.ts'
import { messagingServer } from './messaging-server.ts'
import { office365 } from './office365.ts'
import { opensmtpd } from './opensmtpd.ts'
import { other } from './other.ts'
import { postfix } from './postfix.ts'
import { qmail } from './qmail.ts'
import { sendmail } from './sendmail.ts'
import { yahoo } from './yahoo.ts'
import { zoho } from './zoho.ts'

export const BOUNCE_SYSTEMS: readonly BounceSystem[] = [
  sendmail,
  postfix,
  qmail,
  zoho,
  exim,
  exchange,
  office365,
  domino,
  gmail,
  yahoo,
  mailRu,
  groupwise,
  imail,
  messagingServer,
  communigate,
  opensmtpd,
  mailGateways,
  japaneseCarriers,
  chineseProviders,
  amavis,
  mailLists,
  other,
]
