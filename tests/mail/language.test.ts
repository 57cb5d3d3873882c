/** The language of a mail, for choosing a template. */
import { describe, expect, test } from 'vitest'
import { detectLanguage, guessLanguage } from '../../src/mail/language.ts'

describe('what people write to a help desk', () => {
  test.each([
    ['en', 'Hello, the printer is broken since Monday and we can not print invoices. Please help.'],
    [
      'de',
      'Guten Tag, der Drucker ist seit Montag kaputt und wir können keine Rechnungen drucken.',
    ],
    ['fr', 'Bonjour, l’imprimante ne marche pas depuis lundi et nous ne pouvons pas imprimer.'],
    ['es', 'Hola, la impresora no funciona desde el lunes y no podemos imprimir las facturas.'],
    ['pt', 'Olá, a impressora não funciona desde segunda-feira e não podemos imprimir as faturas.'],
    ['it', 'Buongiorno, la stampante non funziona da lunedì e non possiamo stampare. Grazie.'],
    ['nl', 'Hallo, de printer is sinds maandag kapot en we kunnen niet meer afdrukken.'],
    ['sv', 'Hej, skrivaren är trasig sedan i måndags och vi kan inte skriva ut. Tack för hjälpen.'],
    ['fi', 'Hei, tulostin on ollut rikki maanantaista ja emme voi tulostaa laskuja. Kiitos.'],
    ['pl', 'Dzień dobry, drukarka nie działa od poniedziałku i nie możemy drukować faktur.'],
    ['cs', 'Dobrý den, tiskárna je od pondělí rozbitá a nemůžeme tisknout faktury. Děkuji.'],
    [
      'hu',
      'Jó napot, a nyomtató hétfő óta nem működik, és nem tudunk számlát nyomtatni. Köszönöm.',
    ],
    ['ro', 'Bună ziua, imprimanta nu funcționează de luni și nu putem tipări facturi. Mulțumesc.'],
    [
      'tr',
      'Merhaba, yazıcı pazartesiden beri çalışmıyor ve faturaları yazdıramıyoruz. Teşekkürler.',
    ],
    ['ru', 'Здравствуйте, принтер не работает с понедельника, и мы не можем печатать счета.'],
    ['uk', 'Доброго дня, принтер не працює з понеділка, і ми не можемо друкувати рахунки. Дякую.'],
    ['bg', 'Здравейте, принтерът не работи от понеделник и не можем да печатаме фактури.'],
    ['sr', 'Добар дан, штампач не ради од понедељка и не можемо да штампамо рачуне. Хвала.'],
    ['el', 'Καλημέρα, ο εκτυπωτής δεν λειτουργεί από τη Δευτέρα.'],
    ['he', 'שלום, המדפסת לא עובדת מיום שני ואנחנו לא יכולים להדפיס.'],
    ['ar', 'مرحبا، الطابعة لا تعمل منذ يوم الاثنين ولا يمكننا الطباعة.'],
    ['fa', 'سلام، چاپگر از دوشنبه کار نمی‌کند و نمی‌توانیم چاپ کنیم.'],
    ['zh', '您好，打印机从星期一开始就坏了，我们无法打印发票。'],
    ['ja', 'こんにちは。月曜日からプリンターが動かず、請求書を印刷できません。'],
    ['ko', '안녕하세요, 월요일부터 프린터가 고장 나서 인쇄할 수 없습니다.'],
    ['th', 'สวัสดีครับ เครื่องพิมพ์เสียตั้งแต่วันจันทร์'],
    [
      'vi',
      'Xin chào, máy in của tôi không hoạt động từ thứ hai và chúng tôi không in được. Cảm ơn.',
    ],
    ['id', 'Halo, printer saya tidak bisa dipakai sejak hari Senin dan kami tidak bisa mencetak.'],
  ])('%s', (language, text) => {
    expect(detectLanguage(text)).toBe(language)
  })
})

test.each([
  ['too short', 'OK'],
  ['a name and a number', 'Ana Lima, order 12345'],
  ['code', 'const x = require("fs"); x.readFileSync(path)'],
  ['digits', '1234 5678 9012 3456'],
  ['nothing', ''],
])('nothing is said about %s', (_, text) => {
  expect(detectLanguage(text)).toBeNull()
})

test('more text makes the guess surer', () => {
  const sentence = 'Der Drucker ist kaputt. '
  const more = `${sentence}Wir haben ihn nicht auf dem Flur und bitten um Hilfe, danke.`
  const [little, sure] = [guessLanguage(sentence), guessLanguage(more)]
  expect(sure?.language).toBe('de')
  expect(sure?.confidence ?? 0).toBeGreaterThan(little?.confidence ?? 0)
})

test('Danish and Norwegian differ in a few words; where none is said, nothing is', () => {
  expect(detectLanguage('Hej, det er ikke af mig, tak')).toBe('da')
  expect(detectLanguage('Hei, det er ikke av meg, takk')).toBe('nb')
  expect(detectLanguage('det er en til den som ikke er her')).toBeNull()
})
