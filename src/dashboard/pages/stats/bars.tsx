/** Counts as bars. It is a table: who does not see the bars reads the numbers. */
import { counted } from '../../parts/time.tsx'

export function Bars({ rows }: { rows: readonly (readonly [label: string, count: number])[] }) {
  const most = Math.max(1, ...rows.map(([, count]) => count))
  return (
    <table class="w-full text-sm">
      <tbody>
        {rows.map(([label, count]) => (
          <tr key={label}>
            <th
              scope="row"
              class="w-36 max-w-36 truncate py-1 pe-3 text-start font-normal"
              dir="auto"
            >
              {label}
            </th>
            <td class="py-1">
              <span
                class="bg-primary/70 block h-4 min-w-0.5 rounded-sm"
                style={{ width: `${(100 * count) / most}%` }}
              />
            </td>
            <td class="w-20 py-1 text-end tabular-nums">{counted(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
