/** uPlot's only door: lines over days, in the colours of the theme. */
import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { theme } from '../../state/preferences.ts'
import { type Series, type SeriesRow, shown } from './series-panel.tsx'

const HEIGHT = 240

export function Chart(props: {
  title: string
  rows: readonly SeriesRow[]
  series: readonly Series[]
}) {
  const { title, rows, series } = props
  const place = useRef<HTMLDivElement>(null)
  const look = theme.value
  useEffect(() => {
    const target = place.current
    if (target === null) return undefined
    const data = [
      rows.map(({ at }) => Date.parse(at) / 1000),
      ...series.map(({ key }) =>
        rows.map((row) => (typeof row[key] === 'number' ? row[key] : null)),
      ),
    ] as uPlot.AlignedData
    const chart = new uPlot(optionsFor(target, series, hasFew(data)), data, target)
    const resized = new ResizeObserver(() =>
      chart.setSize({ width: target.clientWidth, height: HEIGHT }),
    )
    resized.observe(target)
    return () => {
      resized.disconnect()
      chart.destroy()
    }
  }, [rows, series, look])
  return (
    <div
      ref={place}
      class="w-full"
      style={{ height: `${HEIGHT}px` }}
      role="img"
      aria-label={`${title}: a chart. The same as a table: use the button above.`}
    />
  )
}

const FEW = 3
const hasFew = ([, ...lines]: uPlot.AlignedData): boolean =>
  lines.some((line) => [...line].filter((value) => value !== null).length <= FEW)

function optionsFor(
  target: HTMLElement,
  series: readonly Series[],
  isShort: boolean,
): uPlot.Options {
  const style = getComputedStyle(target)
  const text = style.color
  const grid = { stroke: style.getPropertyValue('--color-base-300'), width: 1 }
  const isTime = series.some((one) => one.isTime)
  const axis = { stroke: text, grid, ticks: grid, font: '12px system-ui' }
  return {
    width: target.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(most * 1.1, isTime ? 60 : 4)] } },
    axes: [
      { ...axis, values: (_chart, ticks) => ticks.map((at) => days.format(at * 1000)) },
      {
        ...axis,
        size: isTime ? 92 : 44,
        values: (_chart, ticks) =>
          ticks.map((value) => (isTime ? shown(value, true) : compact.format(value))),
      },
    ],
    series: [
      {},
      ...series.map(({ label, colour }) => ({
        label,
        stroke: style.getPropertyValue(colour),
        width: 2,
        // A line needs two ends; what stands alone is a dot.
        points: { show: isShort, size: 7 },
      })),
    ],
  }
}

/** 10K, so that an axis has room for it. */
const compact = new Intl.NumberFormat(undefined, { notation: 'compact' })
const days = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' })
