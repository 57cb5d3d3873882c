/** What files and disks refuse is no bug of ours: the operator gets a sentence instead of a stack. */
import { EXIT, messageOf, OperatorError } from '../errors.ts'

/** Of the system about files (a connection that breaks has others), and of SQLite about its own. */
const CODES =
  /^(?:EACCES|EPERM|ENOENT|ENOTDIR|EISDIR|EEXIST|ENOTEMPTY|ENAMETOOLONG|ELOOP|ENOSPC|EDQUOT|EFBIG|EROFS|EIO|EMFILE|ENFILE|SQLITE_(?:FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB))$/

export function isDiskError(err: unknown): err is NodeJS.ErrnoException {
  if (!(err instanceof Error) || !('code' in err)) return false
  const isConnection = 'syscall' in err && err.syscall === 'connect'
  return typeof err.code === 'string' && CODES.test(err.code) && !isConnection
}

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
