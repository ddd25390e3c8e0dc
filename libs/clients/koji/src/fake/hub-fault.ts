import { faultCodes, type FaultName } from '../fault';

/** What a method of the fake answers instead of a value. Thrown before anything is changed. */
export class HubFault extends Error {
  readonly faultCode: number;

  constructor(name: FaultName, message: string) {
    super(message);
    this.faultCode = faultCodes[name];
  }
}
