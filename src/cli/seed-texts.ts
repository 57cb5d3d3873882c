/** What people of a seeded desk write: a few everyday matters, each told from its beginning to its end. */

export interface Matter {
  readonly subjects: readonly string[]
  /** `%n`: an order number, `%p`: a thing, `%d`: a day. */
  readonly asks: readonly string[]
  readonly answers: readonly string[]
  readonly returns: readonly string[]
  readonly notes: readonly string[]
  readonly tags: readonly string[]
  readonly locale: string
}

export const THINGS: readonly string[] = [
  'laser printer',
  'docking station',
  'monitor',
  'headset',
  'webcam',
  'keyboard',
  'label printer',
  'scanner',
  'tablet',
  'router',
]

export const FIRST_NAMES: readonly string[] = [
  'Ana',
  'Lena',
  'Omar',
  'Dora',
  'Kenji',
  'Marie',
  'Jonas',
  'Aisha',
  'Pavel',
  'Sofia',
  'Liam',
  'Noor',
  'Emil',
  'Chiara',
  'Mateo',
  'Ingrid',
  'Yusuf',
  'Grace',
  'Tomasz',
  'Hana',
  'Louis',
  'Freya',
  'Diego',
  'Mei',
]

export const LAST_NAMES: readonly string[] = [
  'Ferreira',
  'Fuchs',
  'Haddad',
  'Sato',
  'Dubois',
  'Weber',
  'Novak',
  'Rossi',
  'Murphy',
  'Larsen',
  'Kaya',
  'Okafor',
  'Kowalski',
  'Silva',
  'Martin',
  'Berg',
  'Garcia',
  'Chen',
  'Janssen',
  'Horvat',
  'Moreau',
  'Keller',
  'Popescu',
  'Lind',
]

export const MATTERS: readonly Matter[] = [
  {
    subjects: ['The %p does not turn on', 'New %p is dead', 'No light on the %p'],
    asks: [
      'Hello,\n\nthe %p that came on %d (order %n) does not turn on. I tried two sockets and another cable. Is there anything else I can do before I send it back?\n\nThank you!',
      'Hi there,\n\nour %p from order %n stays dark since %d. Nothing was changed in the office. Could somebody have a look?',
    ],
    answers: [
      'Thank you for writing. Please hold the power button for ten seconds while the cable is unplugged, then try again. If it stays dark, we send a new one at once.',
      'I am sorry about that. We have ordered a replacement for order %n; it leaves our warehouse on %d. Please keep the old one until the driver comes.',
    ],
    returns: ['That did it, thank you so much!', 'I tried that, but it is still dark. What now?'],
    notes: ['Third one of this batch. I told the supplier.', 'Serial number is in the photo.'],
    tags: ['hardware', 'warranty'],
    locale: 'en',
  },
  {
    subjects: ['Invoice %n is wrong', 'Question about invoice %n', 'Charged twice for %n'],
    asks: [
      'Good morning,\n\ninvoice %n lists the %p twice, but we got only one. Please send us a corrected one before the end of the month.\n\nKind regards',
      'Hello,\n\nour bank shows two payments for %n on %d. Can you tell us which of them is right, and pay the other one back?',
    ],
    answers: [
      'You are right, that was our mistake. The corrected invoice is on its way to you, and the amount will be back on your account by %d.',
      'I have asked our accounting to look at %n. You will hear from me tomorrow.',
    ],
    returns: ['The correction has arrived. Many thanks.', 'We still see the old amount.'],
    notes: ['Accounting says it was booked twice on %d.', 'Please check the customer number, too.'],
    tags: ['invoice', 'refund'],
    locale: 'en',
  },
  {
    subjects: ['Cannot log in', 'Password reset mail never comes', 'Locked out since %d'],
    asks: [
      'Hi,\n\nsince %d I cannot log in any more. The reset mail does not come, not even into the spam folder. My account has this address.\n\nCheers',
      'Hello support,\n\nthe page says that my code has expired, every time. I need the documents of order %n today. Can you help?',
    ],
    answers: [
      'I have unlocked your account. Please try again within the next hour; the clock of your phone must be right for the code.',
      'The reset mail was refused by your mail server. Could you ask your colleagues to let our address through?',
    ],
    returns: ['It works again, you saved my day.', 'Now it says that the link was used already.'],
    notes: ['Bounced with 5.7.1, see the delivery.', 'Same company as ticket of last week.'],
    tags: ['access'],
    locale: 'en',
  },
  {
    subjects: ['Where is order %n?', 'Parcel %n has not arrived', 'Wrong address for order %n'],
    asks: [
      'Hello,\n\nthe tracking of order %n has not moved since %d. We need the %p for a new colleague on Monday. Where is it?',
      'Dear team,\n\nI gave the wrong house number for order %n. Is it still possible to change it?',
    ],
    answers: [
      'The carrier lost the label; the parcel was found today and arrives on %d. I will keep an eye on it.',
      'I have changed the address. You will get a new tracking number within two hours.',
    ],
    returns: ['It is here. Thanks for your help!', 'Still nothing. This is getting urgent.'],
    notes: ['Carrier case is open, they call back.', 'Send a second one if it is not there by %d.'],
    tags: ['shipping'],
    locale: 'en',
  },
  {
    subjects: [
      'Rechnung %n stimmt nicht',
      'Frage zur Bestellung %n',
      'Drucker druckt nur leere Seiten',
    ],
    asks: [
      'Guten Tag,\n\nseit %d druckt unser Gerät aus der Bestellung %n nur noch leere Seiten. Die Patrone ist neu. Was können wir tun?\n\nMit freundlichen Grüßen',
      'Hallo,\n\nauf der Rechnung %n fehlt unsere Umsatzsteuer-Nummer. Können Sie uns bitte eine neue schicken?',
    ],
    answers: [
      'Vielen Dank für Ihre Nachricht. Bitte starten Sie zweimal die Reinigung des Druckkopfs. Hilft das nicht, tauschen wir das Gerät.',
      'Die korrigierte Rechnung ist unterwegs und sollte bis %d bei Ihnen sein.',
    ],
    returns: ['Jetzt geht es wieder, vielen Dank!', 'Leider hat das nichts geändert.'],
    notes: ['Kunde ruft ungern an, bitte schreiben.', 'Gerät hat noch Garantie bis %d.'],
    tags: ['hardware'],
    locale: 'de',
  },
  {
    subjects: ['Commande %n incomplète', 'Question sur la facture %n'],
    asks: [
      'Bonjour,\n\nil manque un câble dans la commande %n reçue le %d. Pouvez-vous nous l’envoyer ?\n\nMerci d’avance',
    ],
    answers: ['Bonjour, le câble part aujourd’hui et arrivera le %d. Veuillez nous excuser.'],
    returns: ['Bien reçu, merci beaucoup !', 'Nous n’avons toujours rien reçu.'],
    notes: ['Stock vérifié, il en reste douze.'],
    tags: ['shipping'],
    locale: 'fr',
  },
  {
    subjects: ['注文%nについて', '印刷ができません'],
    asks: [
      'お世話になっております。\n\n%dに届いた注文%nのプリンターで印刷ができません。ご確認をお願いいたします。',
    ],
    answers: ['ご連絡ありがとうございます。電源を入れ直してからもう一度お試しください。'],
    returns: ['直りました。ありがとうございました。', 'まだ印刷できません。'],
    notes: ['保証期間内です。'],
    tags: ['hardware'],
    locale: 'ja',
  },
]
