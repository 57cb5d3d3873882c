/**
 * Invitations (RFC 5545, RFC 5546): what a person wants to know of one (what, when, where, who), in
 * a few lines of text. The calendar file itself stays attached.
 */
import { cleanLine, cleanText } from './clean-text.ts'

interface Property {
  readonly name: string
  /** Upper-case names, values without quotes. */
  readonly params: ReadonlyMap<string, string>
  readonly value: string
}

/** SECURITY: calendars of whole years exist; only the beginning is looked at. */
const LENGTH_MAX = 200_000
const PROPERTIES_MAX = 2_000
const VALUE_LENGTH_MAX = 300
const ATTENDEES_SHOWN = 10
const EVENTS_SHOWN = 3

/** RFC 5546 §1.4: what the sender wants. */
const TITLES = new Map([
  ['REQUEST', 'Invitation'],
  ['CANCEL', 'Cancelled'],
  ['REPLY', 'Answer to an invitation'],
  ['COUNTER', 'Another time proposed'],
  ['REFRESH', 'Invitation asked for again'],
  ['DECLINECOUNTER', 'Proposed time declined'],
])

/** RFC 5545 §3.2.12, as words for a person. */
const ANSWERS = new Map([
  ['ACCEPTED', 'accepted'],
  ['DECLINED', 'declined'],
  ['TENTATIVE', 'tentative'],
  ['DELEGATED', 'delegated'],
])

/** The events of an iCalendar text as lines to read; null when there are none. */
export function calendarSummary(text: string): string | null {
  const properties = propertiesOf(cleanText(text.slice(0, LENGTH_MAX)))
  const method = properties.find(({ name }) => name === 'METHOD')?.value.toUpperCase() ?? ''
  const events = eventsOf(properties)
  if (events.length === 0) return null
  const shown = events.slice(0, EVENTS_SHOWN).map((event) => summaryOf(event, method))
  const more = events.length - shown.length
  return [...shown, ...(more > 0 ? [`(${more} more)`] : [])].join('\n\n')
}

/** RFC 5545 §3.1: lines are unfolded, then split at the first colon outside of quotes. */
function propertiesOf(text: string): Property[] {
  const properties: Property[] = []
  for (const line of text.replace(/\n[ \t]/g, '').split('\n')) {
    const property = propertyOf(line)
    if (property !== null) properties.push(property)
    if (properties.length >= PROPERTIES_MAX) break
  }
  return properties
}

function propertyOf(line: string): Property | null {
  let quoted = false
  let colon = -1
  const cuts: number[] = []
  for (let at = 0; at < line.length && colon === -1; at++) {
    const character = line[at]
    if (character === '"') quoted = !quoted
    else if (character === ':' && !quoted) colon = at
    else if (character === ';' && !quoted) cuts.push(at)
  }
  if (colon <= 0) return null
  const ends = [...cuts.slice(1), colon]
  const params = new Map<string, string>()
  cuts.forEach((cut, index) => {
    const [name, value] = splitOnce(line.slice(cut + 1, ends[index]), '=')
    params.set(name.toUpperCase(), value.replaceAll('"', ''))
  })
  const name = line.slice(0, cuts[0] ?? colon).toUpperCase()
  return { name, params, value: line.slice(colon + 1) }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** The properties of each VEVENT; alarms and time zones inside or beside it are no part of it. */
function eventsOf(properties: readonly Property[]): Property[][] {
  const events: Property[][] = []
  const open: string[] = []
  for (const property of properties) {
    const component = property.value.trim().toUpperCase()
    if (property.name === 'BEGIN') {
      open.push(component)
      if (component === 'VEVENT') events.push([])
    } else if (property.name === 'END') {
      open.pop()
    } else if (open.at(-1) === 'VEVENT') {
      events.at(-1)?.push(property)
    }
  }
  return events
}

function summaryOf(event: readonly Property[], method: string): string {
  const find = (name: string): Property | undefined => event.find((one) => one.name === name)
  const value = (name: string): string => plain(find(name)?.value ?? '')
  const cancelled = value('STATUS').toUpperCase() === 'CANCELLED'
  const title = TITLES.get(cancelled ? 'CANCEL' : method) ?? 'Event'
  const attendees = event.filter(({ name }) => name === 'ATTENDEE')
  const organizer = find('ORGANIZER')
  const lines: readonly [string, string][] = [
    [title, value('SUMMARY')],
    ['When', whenOf(find('DTSTART'), find('DTEND'))],
    ['Repeats', find('RRULE') === undefined ? '' : ruleOf(value('RRULE'))],
    ['Where', value('LOCATION')],
    ['Organizer', organizer === undefined ? '' : personOf(organizer)],
    ['Attendees', attendeesOf(attendees)],
  ]
  return lines
    .filter(([, text], index) => index === 0 || text !== '')
    .map(([label, text]) => (text === '' ? label : `${label}: ${text}`))
    .join('\n')
}

/** RFC 5545 §3.3.11: `\n`, `\,`, `\;` and `\\` stand for something. */
function plain(value: string): string {
  return cleanLine(
    value.replace(/\\(.)/g, (_, character: string) => (/n/i.test(character) ? ' ' : character)),
    VALUE_LENGTH_MAX,
  )
}

/** `2026-01-05 10:00 – 11:00 (Europe/Berlin)`, as written: no clock is converted. */
function whenOf(start: Property | undefined, end: Property | undefined): string {
  const from = start === undefined ? null : momentOf(start)
  if (start === undefined || from === null) return ''
  const to = end === undefined ? null : momentOf(end)
  const zone = zoneOf(start)
  const until = to === null || from.time === '' ? '' : ` – ${sinceOf(from, to)}`
  const whole = `${from.date}${from.time === '' ? '' : ` ${from.time}`}${until}`
  return zone === '' ? whole : `${whole} (${zone})`
}

interface Moment {
  readonly date: string
  /** '' for a whole day. */
  readonly time: string
}

const sinceOf = (from: Moment, to: Moment): string =>
  to.date === from.date ? to.time : `${to.date} ${to.time}`.trim()

function momentOf({ value }: Property): Moment | null {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d))?/.exec(value.trim())
  if (found === null) return null
  const [, year, month, day, hour, minute] = found
  return {
    date: `${year}-${month}-${day}`,
    time: hour === undefined ? '' : `${hour}:${minute}`,
  }
}

function zoneOf({ params, value }: Property): string {
  if (/Z$/i.test(value.trim())) return 'UTC'
  return cleanLine(params.get('TZID') ?? '', 80)
}

/** `FREQ=WEEKLY;UNTIL=...` says enough with its first word. */
function ruleOf(rule: string): string {
  const frequency = /FREQ=([A-Z]{3,10})/i.exec(rule)?.[1]
  return frequency === undefined ? 'yes' : frequency.toLowerCase()
}

function personOf({ params, value }: Property): string {
  const address = cleanLine(value.replace(/^\s*mailto:/i, ''), VALUE_LENGTH_MAX)
  const name = plain(params.get('CN') ?? '')
  return name === '' || name === address ? address : `${name} <${address}>`
}

function attendeesOf(attendees: readonly Property[]): string {
  const shown = attendees.slice(0, ATTENDEES_SHOWN).map((attendee) => {
    const answer = ANSWERS.get((attendee.params.get('PARTSTAT') ?? '').toUpperCase())
    return answer === undefined ? personOf(attendee) : `${personOf(attendee)} (${answer})`
  })
  const more = attendees.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
