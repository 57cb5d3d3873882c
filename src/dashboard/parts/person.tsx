/** People: their initials in a colour that is always the same, and their names. */

interface Named {
  readonly name: string | null
  readonly email: string | null
}

export const nameOf = (person: Named | null): string =>
  person === null ? 'Nobody' : (person.name ?? person.email ?? 'Support')

function initialsOf(name: string): string {
  const words = name
    .replace(/@.*/, '')
    .split(/[\s._-]+/)
    .filter((word) => /\p{L}/u.test(word))
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined]
  return (
    letters
      .map((word) => /^./u.exec(word ?? '')?.[0] ?? '')
      .join('')
      .toUpperCase() || '?'
  )
}

/** Dark enough for white letters (4.5:1). */
const COLOURS = [
  'bg-[#4a5fc1]',
  'bg-[#0f766e]',
  'bg-[#a33f74]',
  'bg-[#8a5a00]',
  'bg-[#5b6475]',
  'bg-[#7447b8]',
  'bg-[#2b6cb0]',
  'bg-[#a8432f]',
]

function colourOf(text: string): string {
  let sum = 0
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return COLOURS[sum % COLOURS.length] ?? ''
}

export function Avatar({ person, size = 'size-7 text-xs' }: { person: Named; size?: string }) {
  const name = nameOf(person)
  return (
    <span
      class={`${size} ${colourOf(person.email ?? name)} inline-grid shrink-0 place-items-center rounded-full font-semibold text-white select-none`}
      aria-hidden="true"
    >
      {initialsOf(name)}
    </span>
  )
}
