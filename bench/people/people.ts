// The People list with ten thousand people: a database and a server of its own, a real Chromium.
import { availableParallelism, loadavg } from 'node:os'
import { seatCrowd } from '../../server/testing/crowd.ts'
import { type BenchHouse, inOwnHouse } from '../house.ts'
import { measureDoors } from './doors.ts'
import { measureImport } from './import.ts'
import { measureScreen } from './screen.ts'

const PEOPLE = 10_000
const say = (line: string) => void process.stdout.write(`${line}\n`)

export function run(isShort: boolean): Promise<object> {
  return inOwnHouse((house) => measure(house, isShort))
}

async function measure(house: BenchHouse, isShort: boolean): Promise<object> {
  const { url, cookie, db, databaseUrl, organisationId } = house
  await seatCrowd(databaseUrl, organisationId, PEOPLE)
  say(`${PEOPLE} people are there`)
  const doors = await measureDoors({ url, cookie, databaseUrl, organisationId, isShort })
  say('the doors are measured')
  const imported = await measureImport({ url, cookie, db, organisationId, isShort })
  say('the import is measured')
  const screen = await measureScreen({ url, cookie, isShort })
  const [load] = loadavg()
  return { people: PEOPLE, cores: availableParallelism(), load, ...doors, ...imported, ...screen }
}
