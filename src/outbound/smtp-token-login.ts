/** Logging in with an access token: XOAUTH2, as Google and Microsoft have it, and OAUTHBEARER (RFC 7628). */

/** What nodemailer hands to a login of somebody else's making. */
interface Login {
  readonly auth: { readonly credentials?: { readonly user?: string; readonly pass?: string } }
  readonly sendCommand: (command: string) => Promise<{ status?: number; text?: string }>
  readonly resolve: () => void
  readonly reject: (err: Error) => void
}

const CONTINUE = 334
const DONE = 235
/** U+0001 stands between the parts. */
const SEPARATOR = '\u0001'

const xoauth2 = (user: string, token: string): string =>
  `user=${user}${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`

/** RFC 7628 §3.1; RFC 5801 §4: a comma or an equals sign in a name is written in its code. */
const oauthbearer = (user: string, token: string): string => {
  const name = user.replaceAll('=', '=3D').replaceAll(',', '=2C')
  return `n,a=${name},${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`
}

const FORMS = { XOAUTH2: xoauth2, OAUTHBEARER: oauthbearer } as const
type Method = keyof typeof FORMS

/** `offered`: the parameters of AUTH in the server's greeting (RFC 4954 §3). */
export const tokenMethod = (offered: string): Method =>
  /\bOAUTHBEARER\b/i.test(offered) && !/\bXOAUTH2\b/i.test(offered) ? 'OAUTHBEARER' : 'XOAUTH2'

const loginBy =
  (method: Method) =>
  async ({ auth, sendCommand, resolve, reject }: Login): Promise<void> => {
    const { user = '', pass = '' } = auth.credentials ?? {}
    const response = Buffer.from(FORMS[method](user, pass)).toString('base64')
    try {
      const first = await sendCommand(`AUTH ${method} ${response}`)
      // The reason comes as a challenge; an empty answer asks for the real refusal.
      const last =
        first.status === CONTINUE ? await sendCommand(method === 'XOAUTH2' ? '' : 'AQ==') : first
      if (last.status === DONE) resolve()
      else reject(new Error(`the server does not take the access token: ${last.text ?? ''}`))
    } catch (err) {
      reject(err instanceof Error ? err : new Error(String(err)))
    }
  }

export const TOKEN_LOGINS = {
  XOAUTH2: loginBy('XOAUTH2'),
  OAUTHBEARER: loginBy('OAUTHBEARER'),
}
