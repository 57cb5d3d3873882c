/** knex writes to the console by itself, stacks included; whatever matters reaches us as an error. */
export const quietKnexLog = {
  warn() {},
  error() {},
  deprecate() {},
  debug() {},
}
