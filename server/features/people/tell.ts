// Telling what a person has become, wherever they are seen: their line, their record, the operator.
export { tellElsewhere, tellUser as tellPerson, whereSeen } from '../users/actions.ts'
