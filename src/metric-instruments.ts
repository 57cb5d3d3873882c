/** Counters, gauges and histograms under our prefix; prom-client's only door. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

const PREFIX = 'postroom_'

export class Instruments {
  readonly registry = new Registry()

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({ ...this.#of(name, help), labelNames: [...labelNames] })
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ ...this.#of(name, help), labelNames: [...labelNames] })
  }

  /** @param buckets upper bounds, ascending */
  histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ): Histogram {
    return new Histogram({
      ...this.#of(name, help),
      labelNames: [...labelNames],
      buckets: [...buckets],
    })
  }

  #of(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    return { name: `${PREFIX}${name}`, help, registers: [this.registry] }
  }
}
