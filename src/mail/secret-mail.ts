/**
 * Is this a mail whose reader proves by it who he is: a code, a link to confirm an address or to
 * set a password, an invitation?
 *
 * Whoever registers somewhere with the desk's address must not read such a mail through the desk
 * ("Ticket Trick"): it is for agents alone. Words of the subject and the first lines, and something
 * to type in or to follow. Linear.
 */
import { localPartOf } from './address.ts'
import { isNoReply } from './auto-submitted.ts'
import type { Message } from './message.ts'
import { includesAny, phrases } from './phrases.ts'
import type { Authentication, Verdict } from './verdict.ts'

/** Lower case; what senders of such mail say, in the languages of those who send most of it. */
const WORDS = phrases(`
  verification code | confirmation code | security code | login code | sign-in code | access code
  | one-time code | one-time password | one time password | one-time passcode | passcode
  | verify your email | verify your e-mail | verify your account | verify your address
  | confirm your email | confirm your e-mail | confirm your account | confirm your address
  | activate your account | reset your password | password reset | set your password
  | magic link | sign in to | log in to | you have been invited | you've been invited | invited you to
  | bestätigungscode | verifizierungscode | sicherheitscode | einmalcode | einmalpasswort | anmeldecode
  | e-mail-adresse bestätigen | konto bestätigen | konto aktivieren | passwort zurücksetzen | eingeladen
  | code de vérification | code de confirmation | code de sécurité | code à usage unique | mot de passe à usage unique
  | confirmez votre adresse | vérifiez votre adresse | activez votre compte | réinitialiser votre mot de passe
  | réinitialisation de votre mot de passe | vous a invité
  | código de verificación | código de confirmación | código de seguridad | código de acceso
  | verifica tu correo | confirma tu correo | confirme su correo | restablecer tu contraseña | restablecer su contraseña | te ha invitado
  | codice di verifica | codice di conferma | codice di sicurezza | conferma il tuo indirizzo | reimposta la password | ti ha invitato
  | verificatiecode | bevestigingscode | beveiligingscode | bevestig je e-mail | bevestig uw e-mail | wachtwoord herstellen | wachtwoord opnieuw
  | código de verificação | código de confirmação | código de segurança | confirme seu e-mail | redefinir sua senha | redefinição de senha
  | kod weryfikacyjny | kod potwierdzający | kod bezpieczeństwa | potwierdź swój adres | zresetuj hasło | resetowanie hasła
  | doğrulama kodu | onay kodu | güvenlik kodu | e-posta adresinizi doğrulayın | şifrenizi sıfırlayın
  | код подтверждения | код проверки | проверочный код | подтвердите адрес | подтвердите свой | сброс пароля | восстановление пароля
  | код підтвердження | ověřovací kód | potvrzovací kód | verifieringskod | bekræftelseskode | bekreftelseskode | vahvistuskoodi
  | رمز التحقق | رمز التأكيد | كلمة مرور لمرة واحدة | إعادة تعيين كلمة المرور
  | 認証コード | 確認コード | ワンタイムパスワード | パスワードの再設定 | パスワードをリセット
  | 验证码 | 校验码 | 動態密碼 | 驗證碼 | 动态密码 | 重置密码 | 重設密碼 | 인증번호 | 인증 코드 | 확인 코드 | 비밀번호 재설정
`)

/** Four to eight digits, perhaps in two groups, or as many letters and digits mixed. */
const CODE =
  /(?<![\p{L}\p{N}.,])(?:\d{4,8}|\d{3}[ -]\d{3,4}|(?=[A-Z]{0,9}\d)[A-Z\d]{5,10})(?![\p{L}\p{N}])/u
/** A link with something in it that nobody types. */
const OPAQUE_LINK = /https?:\/\/[^\s<>"]{0,300}[?&/=#][\w-]{16,}/i

const LOOKED_AT_MAX = 6_000

export function provesWhoReads(message: Message): boolean {
  const text = `${message.subject ?? ''}\n${message.text.full.slice(0, LOOKED_AT_MAX)}`
  if (!includesAny(text.toLowerCase().replaceAll('’', "'"), WORDS)) return false
  return CODE.test(text) || OPAQUE_LINK.test(text) || OPAQUE_LINK.test(linksOf(message))
}

/** A subject that may stand in mail of ours. */
export const withoutCodes = (subject: string): string =>
  subject.replaceAll(new RegExp(CODE.source, 'gu'), '…')

/** HTML alone has the links of a button. */
const linksOf = ({ html }: Message): string => (html ?? '').slice(0, 10 * LOOKED_AT_MAX)

/**
 * Does nobody but agents get to see it? Mail of a machine, and mail that somebody sent in another's
 * name; people who ask about their codes are people.
 */
export function isForAgentsAlone(
  message: Message,
  verdict: Verdict,
  authentication: Authentication,
): boolean {
  const { from } = message
  const doubtful =
    verdict.kind !== 'person' ||
    authentication.dmarc === 'fail' ||
    from === null ||
    isNoReply(localPartOf(from.address))
  return doubtful && provesWhoReads(message)
}
