/**
 * Words that mail clients put around quoted text, per language. Data only; the rules that read it
 * are in quote-markers.ts. Sources: the clients' own translations and mail seen in their language.
 */

/** Lists below are separated by bars; `_` at the end of an entry is a space that has to follow. */
function words(list: string): readonly string[] {
  return list.split('|').map((entry) => entry.trim().replace(/_$/, ' '))
}

/** "wrote", as the clients' attribution lines say it. Compared in lower case, as a substring. */
export const WROTE: readonly string[] = words(`
  wrote | writes | said | schrieb | geschrieben | schreef | geschreven | heeft geschreven |
  skrev | skreiv | skrifaði | a écrit | écrivait | a ecrit | escribió | escribio |
  escribiste | ha escrit | va escriure | escreveu | escreveu-nos | ha scritto | scrive |
  a scris | idatzi | escribiu | napisał | napisała | pisze | napsal | napsala | napísal |
  napísala | napisao | napisala | je napisal | написал | написала | писал | пишет | написав |
  пише | написа | rakstīja | rašė | parašė | напісаў | kirjoitti | kirjutas | írta |
  ezt írta | yazdı | şunları yazdı | έγραψε | shkroi | כתב | כתבה | מאת | كتب | كتبت | نوشت |
  写道 | 寫道 | 来信 | wrote： | のメッセージ | さんは書きました | が書き込みました | さんが書いた | 작성 | 님이 씀 | đã viết |
  menulis | เขียนว่า | ने लिखा
`)

/** How an attribution line begins: "On <date>". Compared in lower case, followed by a space. */
export const ON: readonly string[] = words(`
  on | at | am | um | le | el | il | em | en | a | op | den | the | dnia | w dniu | dne |
  dňa | dana | în | la | pada | vào | në | στις | στην | в | у | на | от | from | de |
  il giorno | el día | no dia | data | date | tarih | ב | בתאריך | في | بتاريخ | در | 在 | 于 |
  於 | el el | o | kuupäeval
`)

/** Days and months that begin attribution lines without "On", in lower case, first letters. */
export const WEEKDAYS: readonly string[] = words(`
  mon | tue | wed | thu | fri | sat | sun | mo. | di. | mi. | do. | fr. | sa. | so. | lun |
  mar | mer | mié | jeu | jue | ven | vie | sam | sáb | dim | dom | seg | ter | qua | qui |
  sex | gio | sab | ma_ | di_ | wo_ | do_ | vr_ | za_ | zo_ | ons | tor | fre | lör | sön |
  mån | tis | man | tirs | tors | lør | søn | pon | wt | śr | czw | pt. | sob | niedz | пн |
  вт | ср | чт | пт | сб | вс | нд | понеді | понедель | ke_ | to_ | pe_ | la_ | su_ | ti_ |
  paz | pzt | sal | çar | per | cum | cmt
`)

/** Which header a label names, in the blocks Outlook and others put above a quoted mail. */
export type QuotedHeader = 'from' | 'date' | 'to' | 'cc' | 'subject' | 'reply'

/** Labels in lower case, without the colon. One list per header, all languages. */
export const HEADER_LABELS: Readonly<Record<QuotedHeader, readonly string[]>> = {
  from: words(`
    від кого | expeditorul | 送信元 | 发送人 | 发信人 | 寄件人 | 보낸이 | отправител | изпращач | подател | nadawca wiadomości | odesílatel zprávy | afsender | sendandi | pošiljateľ | siuntėjas | sūtītājs | remitent | remitente original | kimden gelen | אל מאת |
    from | sender | von | absender | de | expéditeur | da | mittente | remitente | remetente |
    van | afzender | fra | från | avsändare | lähettäjä | od | nadawca | odesílatel |
    odosielateľ | pošiljatelj | feladó | от | відправник | від | отправитель | от кого |
    кому от | από | kimden | gönderen | de la | expeditor | saatja | no | nuo | من | المرسل |
    מאת | فرستنده | 发件人 | 寄件者 | 差出人 | 送信者 | 보낸 사람 | 보낸사람 | dari | từ | người gửi | จาก |
    šalje | frá | nga
  `),
  date: words(`
    message du | message sent |
    dată | data trimiterii | trimis la | expediat | отправлена | відправлено | дата отправки | αποστολή | ημ/νία | saatmise kuupäev | saatmisaeg | datum odesílání | dátum odoslania | datum slanja | verstuurd | verstuurd op | 傳送日期 | 送信日 | 보낸 시간 | gönderim tarihi | tidspunkt | dags | skickades | kl |
    date | sent | sent at | date sent | datum | gesendet | gesendet am | envoyé | envoye |
    envoyé le | enviado | enviado el | enviado em | enviada em | enviada | fecha |
    fecha de envío | data | inviato | inviata | data invio | verzonden | verzonden op |
    sendt | dato | skickat | skickat den | lähetetty | päivämäärä | päiväys | wysłano |
    wysłane | data wysłania | odesláno | odoslané | dátum | poslano | poslané | elküldve |
    küldés dátuma | küldve | отправлено | дата | надіслано | послано | изпратено |
    ημερομηνία | στάλθηκε | απεσταλμένα | tarih | gönderildi | gönderme tarihi | trimis |
    saadetud | kuupäev | nosūtīts | išsiųsta | datums | تاريخ | التاريخ | تم الإرسال | أرسلت |
    تاريخ الإرسال | תאריך | נשלח | تاریخ | ارسال شده | 日期 | 发送时间 | 发送日期 | 寄件日期 | 日付 | 送信日時 |
    날짜 | 보낸 날짜 | 보낸날짜 | tanggal | dikirim | ngày | đã gửi | วันที่ | ส่ง | data i ora |
    dagsetning | sent on
  `),
  to: words(`
    pour | für | voor | för | para quien | für wen |
    destinatarul | destinatari | destinatarios | destinataires | 送信先 | 收信人 | 받는이 | получатель | одержувач | получател | prejemnik | primatelj | modtager | mottaker | mottagare | odbiorca | příjemce | príjemca | pre | kellele | παραλήπτης | alıcılar | ontvanger | a la atención de |
    to | an | empfänger | à | a | destinataire | para | per a | destinatario | destinatário |
    al | aan | til | till | vastaanottaja | kenelle | do | adresat | komu | pro | címzett |
    кому | до | προς | kime | alıcı | către | catre | saaja | kam | kam: | prima | za | إلى |
    אל | به | 收件人 | 收件者 | 宛先 | 받는 사람 | 받는사람 | kepada | tới | đến | người nhận | ถึง |
    adresāts | gavėjas
  `),
  cc: words(`
    копие | kopija | koopia | κοινοποίηση | karbon kopya | kk | copie carbon | copie la | 사본 | 抄送人 | cópia oculta | kopia do | kopie pro |
    cc | kopie | copie | copie à | kopi | kopia | kopio | copia | cópia | c.c. | dw | kópia |
    másolat | másolatot kap | копия | копія | κοιν | bilgi | نسخة | עותק | رونوشت | 抄送 | 副本 |
    참조 | bcc | kopie an | cópia para
  `),
  subject: words(`
    subiectul | subiect | onderwerp van | titel | betr | 主題 | 题目 | ämnesrad | objekt | asunto del mensaje | titulli |
    subject | betreff | objet | sujet | asunto | assunto | assumpte | oggetto | onderwerp |
    emne | ämne | aihe | otsikko | temat | předmět | predmet | tárgy | тема | относно | θέμα |
    konu | subiect | teema | temats | tema | الموضوع | موضوع | נושא | 主题 | 主旨 | 標題 | 件名 | 제목 |
    subjek | perihal | chủ đề | tiêu đề | เรื่อง | efni | naslov | zadeva
  `),
  reply: words(`
    reply-to | reply to | antwort an | répondre à | responder a | risposta | rispondi a |
    antwoord aan | svar til | svara till | odpowiedz do | odpověď | organization |
    importance | priority | sensitivity | attachments | anlagen | pièces jointes |
    datos adjuntos | anexos | allegati | bijlagen | wichtigkeit | cci | newsgroups |
    message-id | mailing list
  `),
}

/** What stands between dashes above a quoted mail: "-----Original Message-----". Substrings, lower case. */
export const ORIGINAL_MESSAGE: readonly string[] = words(`
  original message | original email | original appointment | originalnachricht |
  ursprüngliche nachricht | original-nachricht | originale | message original |
  message d'origine | message d’origine | message initial | mensaje original |
  mensagem original | mensagem de origem | messaggio originale | oorspronkelijk bericht |
  origineel bericht | oprindelig meddelelse | oprindelig besked | opprinnelig melding |
  ursprungligt meddelande | originalmeddelande | alkuperäinen viesti | wiadomość oryginalna |
  oryginalna wiadomość | původní zpráva | původní e-mail | pôvodná správa | izvorna poruka |
  izvirno sporočilo | eredeti üzenet | исходное сообщение | оригинальное сообщение |
  вихідне повідомлення | оригинално съобщение | αρχικό μήνυμα | orijinal mesaj | özgün ileti |
  mesaj original | mesajul original | algne kiri | sākotnējais ziņojums | الرسالة الأصلية |
  הודעה מקורית | پیام اصلی | 原始邮件 | 原邮件 | 原始郵件 | 元のメッセージ | オリジナルメッセージ | 원본 메시지 | 원본 메일 |
  pesan asli | thư gốc | reply message | message transféré | missatge original
`)

/** "Begin forwarded message" and "Forwarded message", with or without dashes. Substrings, lower case. */
export const FORWARDED_MESSAGE: readonly string[] = words(`
  ileti başlangıcı | メッセージを転送 | 转发邮件信息 | forwarded email | forward message | forwarded conversation | forwarded letter | mensagem reenviada | mensaje transferido | début de message | proslijedjena | преслано писмо | пересилання | переслано |
  forwarded message | begin forwarded message | forwarded by | forwarded mail |
  weitergeleitete nachricht | anfang der weitergeleiteten | weitergeleitet von |
  message transféré | début du message transféré | début du message réexpédié |
  message transmis | mensaje reenviado | inicio del mensaje reenviado | mensagem encaminhada |
  mensagem reencaminhada | início da mensagem encaminhada | início da mensagem reencaminhada |
  messaggio inoltrato | messaggio reindirizzato | inizio messaggio inoltrato |
  inizio del messaggio inoltrato | doorgestuurd bericht | begin doorgestuurd bericht |
  videresendt besked | videresendt meddelelse | start på videresendt besked |
  videresendt melding | start på videresendt melding | vidarebefordrat meddelande |
  vidarebefordrat mejl | vidarebefordrat brev | början på vidarebefordrat | välitetty viesti |
  edelleenlähetetty viesti | välitetty viesti alkaa | wiadomość przekazana |
  przekazana wiadomość | treść przekazanej wiadomości | początek przekazywanej wiadomości |
  přeposlaná zpráva | přeposlaný | začátek přeposílané zprávy | začátek přeposlané zprávy |
  preposlaná správa | preposlaný | začiatok preposlanej správy | proslijeđena poruka |
  proslijeđena | započni proslijeđenu poruku | posredovano sporočilo | továbbított üzenet |
  továbbított levél | a továbbított levél kezdete | пересланное сообщение |
  пересылаемое сообщение | начало переадресованного сообщения |
  начало пересылаемого сообщения | переслане повідомлення | переслане |
  початок листа, що пересилається | початок переспрямованого повідомлення |
  препратено съобщение | προωθημένο μήνυμα | έναρξη προωθημένου | iletilen mesaj |
  iletilmiş mesaj | iletilen ileti | yönlendirilen | iletilmiş mesajın başlangıcı |
  mesaj redirecționat | mesaj redirectionat | începutul mesajului |
  începe mesajul redirecționat | edastatud kiri | edastatud sõnum | pārsūtīta | persiunčiam |
  رسالة معاد توجيهها | رسالة موجهة | הודעה שהועברה | 转发的邮件 | 转发邮件 | 轉寄的郵件 | 轉寄郵件 | 轉寄的信件 |
  轉寄信件 | 転送されたメッセージ | 転送メッセージ | 転送ここから | 전달된 메시지 | 전달된메시지 | pesan terusan |
  thư đã chuyển tiếp | missatge reenviat | mensaxe reenviada | framsend skilaboð | birtuð
`)

/** "Sent from my phone" lines. Each begins a short line; lower case. */
export const SENT_FROM: readonly string[] = words(`
  sent from | sent via | sent with | sent on the go | get outlook for | download outlook for |
  von meinem | von unterwegs | gesendet von | gesendet mit | gesendet aus |
  diese nachricht wurde von mein | holen sie sich outlook | envoyé de | envoyé depuis |
  envoyé à partir | obtenez outlook | télécharger outlook | envoye de | enviado desde |
  enviado con | enviado de | enviado do | enviado via | obtener outlook | obter o outlook |
  inviato da | inviato dal | ottieni outlook | scarica outlook | verzonden met |
  verzonden vanaf | verzonden via | verstuurd vanaf | verstuurd met | verzonden vanuit |
  download outlook | sendt fra | hent outlook | skickat från | skaffa outlook |
  hämta outlook | lähetetty | hanki outlook | wysłane z | wysłano z | pobierz outlook |
  odesláno z | odoslané z | odesláno | poslano s | poslano iz | elküldve | az iphone-omról |
  iphone-omról | отправлено с | отправлено из | надіслано з | изпратено от | εστάλη από |
  στάλθηκε από | iphone'umdan gönderildi | iphone’umdan gönderildi | trimis de pe |
  trimis din | saadetud minu | أُرسلت من | أرسلت من | أرسل من | נשלח מ | ارسال شده از | 发自我的 |
  从我的 | 發自我的 | 傳送自我的 | iphoneから送信 | 私の | iphone から送信 | 나의 iphone에서 | 내 iphone에서 |
  dikirim dari | đã gửi từ | yahoo mail | mobile mail | typed on | typed with | via my |
  envoyée depuis | enviat des de | sendt frå
`)
