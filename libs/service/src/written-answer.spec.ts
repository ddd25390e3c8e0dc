import { StreamableFile } from '@nestjs/common';
import { text } from 'node:stream/consumers';
import { WrittenAnswer } from './written-answer';

describe('an answer that is text already', () => {
  it('is sent at once when it is short', () => {
    expect(new WrittenAnswer(['{"a":1}']).overHttp()).toBe('{"a":1}');
    expect(new WrittenAnswer([]).overHttp()).toBe('');
  });

  it('streams piece by piece, and is the same over both ways', async () => {
    let made = 0;
    function* pieces(): Generator<string> {
      for (const piece of ['{"a":[', '1', ',2', ',"ü"]}']) {
        made++;
        yield piece;
      }
    }
    const answer = new WrittenAnswer(pieces()).overHttp();
    expect(answer).toBeInstanceOf(StreamableFile);
    expect(made).toBe(2);
    const whole = await text((answer as StreamableFile).getStream());
    expect(JSON.parse(whole)).toEqual({ a: [1, 2, 'ü'] });
    expect(Buffer.from(new WrittenAnswer(pieces()).toBytes()).toString()).toBe(whole);
  });
});
