// What the terminal shows once the server answers: where, as whom, and how to stop.
import type { DemoKeys } from './demo/seed.ts'

export interface Printed {
  url: string
  dataDir: string
  database: string
  mail: string
  demo: DemoKeys | undefined
  setUpToken: string | undefined
}

/** The page, ready to print. */
export function printedPage({ url, dataDir, database, mail, demo, setUpToken }: Printed): string {
  const lines = [
    '',
    `  Switchboard answers at  ${url}`,
    '',
    ...(demo ? demoLines(url, demo) : []),
    ...(setUpToken ? [`  Begin here      ${url}/welcome#t=${setUpToken}`, ''] : []),
    `  The API         ${url}/api/docs`,
    `  Mail            ${mail}`,
    `  Data            ${database} (${dataDir})`,
    '  Stop            Ctrl+C',
    '',
  ]
  return lines.join('\n')
}

/** Each role has a name of its own for this machine, so that all can be open side by side. */
function demoLines(url: string, { token, siteKey, password }: DemoKeys): string[] {
  const at = (name: string) => url.replace('//localhost:', `//${name}.localhost:`)
  return [
    '  The demo floor, already signed in (open them side by side):',
    `  Administrator   ${at('admin')}/demo/as/administrator?t=${token}`,
    `  Supervisor      ${at('supervisor')}/demo/as/supervisor?t=${token}`,
    `  Operator        ${at('operator')}/demo/as/agent?t=${token}`,
    `  Visitor         ${url}/demo?key=${siteKey}`,
    `  By hand         hanna.schulz@noordzee.example, password ${password}`,
    '',
  ]
}
