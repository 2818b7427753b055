// Ends this process, as asked politely, when the one that started it is gone: a shell between npm and us passes no
// signal on, and a killed program passes on none at all.

const POLL_MS = 500

export function endWithParent() {
  const parent = process.ppid
  const watching = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(watching)
      process.kill(process.pid, 'SIGTERM')
    }
  }, POLL_MS)
  watching.unref()
}
