// What is said of the proof: to whoever may see the Wall, and to what measures the servers.
import type { Proof } from '#contract/proof.ts'
import type { ActorCtx } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import * as proof from './queries.ts'
import { measured, proofOf } from './rules.ts'

export async function readProof({ db, organisationId }: ActorCtx): Promise<Proof> {
  return proofOf(await proof.findKept(db, organisationId))
}

/** The proof of all organisations together, in Prometheus' text format. */
export async function measureProof(db: Db): Promise<string> {
  return measured(proofOf(await proof.findAllKept(db)))
}
