/** What a configuration adds to an explanation: our own addresses and whose results we believe. */
import type { Config } from '../config.ts'
import type { ExplainKnowledge } from './explain.ts'

export function explainKnowledge(config: Config): ExplainKnowledge {
  return {
    own: {
      addresses: config.inboxes.flatMap(({ address, aliases }) => [address, ...aliases]),
      loopMarker: null,
      authservId: config.inboxes.find(({ authservId }) => authservId !== null)?.authservId ?? null,
    },
    contextOf: () => ({}),
  }
}
