/** What files and disks refuse is no bug of ours: the operator gets a sentence instead of a stack. */
import { EXIT, messageOf, OperatorError } from '../errors.ts'

/** Of files; a connection that breaks has others. */
const OF_FILES =
  /^(?:EACCES|EPERM|ENOENT|ENOTDIR|EISDIR|EEXIST|ENOTEMPTY|ENAMETOOLONG|ELOOP|ENOSPC|EDQUOT|EFBIG|EROFS|EIO|EMFILE|ENFILE)$/
/** Of SQLite, about the file that it reads or writes. */
const OF_SQLITE = /^SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB)$/

/** (A socket is a file only to who connects to it.) */
export const isFileError = (err: unknown): err is NodeJS.ErrnoException =>
  OF_FILES.test(codeOf(err)) &&
  !(err instanceof Error && 'syscall' in err && err.syscall === 'connect')

const isDiskError = (err: unknown): boolean => isFileError(err) || OF_SQLITE.test(codeOf(err))

const codeOf = (err: unknown): string =>
  err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : ''

/** Runs `work`; what a disk refuses is told as `sentence` with the reason, and exit code 69. */
export async function tellingDiskErrors<T>(
  sentence: (reason: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!isDiskError(cause)) throw cause
    throw new OperatorError(EXIT.unavailable, sentence(messageOf(cause)), { cause })
  }
}
