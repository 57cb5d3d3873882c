/** Korean: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const korean: MailLanguage = {
  code: 'ko',
  wrote: '작성 | 님이 씀',
  labels: {
    from: '보낸 사람 | 보낸사람 | 보낸이',
    date: '날짜 | 보낸 날짜 | 보낸날짜 | 보낸 시간',
    to: '받는 사람 | 받는사람 | 받는이',
    cc: '참조 | 사본',
    subject: '제목',
  },
  originalMessage: '원본 메시지 | 원본 메일',
  forwardedMessage: '전달된 메시지 | 전달된메시지',
  sentFrom: '나의 iphone에서 | 내 iphone에서',
  replyPrefixes: '답장',
  forwardPrefixes: '전달',
  automatic: {
    subjects: '자동 회신 | 자동회신 | 자동응답 | 부재중 알림',
    sayings: '부재중',
    inText: '자동 회신',
  },
  bounce: {
    subjects: '반송',
    statements: '배달할 수 없습니다 | 배달되지 않았습니다',
  },
}
