/** What is wrong with the hub right now. Counters fall by one each time that they strike. */
export interface Trouble {
  /** Milliseconds before each answer. */
  slowMs: number;
  /** Answers fault 1014 ServerOffline to everything. */
  offline: boolean;
  /** Cuts the connection before anything is executed, so often. */
  cutBefore: number;
  /** Executes, then cuts the connection instead of answering, so often; writes only. */
  loseAnswers: number;
  /** Loses the answers of this method only; null: of any. */
  loseOf: string | null;
  /** Answers with status 502, so often. */
  badGateway: number;
}

export const noTrouble: Trouble = {
  slowMs: 0,
  offline: false,
  cutBefore: 0,
  loseAnswers: 0,
  loseOf: null,
  badGateway: 0,
};
