import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resultsDbSuite } from '@millrace/resultsdb/suite';
import { openTestStore } from '@millrace/testing';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { config } from '../../config';
import type { Input } from '../../domain/input';
import { machine } from '../../machine';
import { migrations } from '../../store/migrations';
import { resultsDbController } from './controller';

resultsDbSuite("the ci-bridge's own API", async () => {
  const store = await openTestStore(machine, migrations);
  const take = (input: Input, meta: { readonly id: string }): Promise<unknown> => store.take(input, meta.id);
  const access = { whose: () => null, onLoopback: true, permissions: null };
  const { outcomes } = config.parse({});
  class TestModule {}
  Module({ controllers: [resultsDbController({ read: store.read, take, outcomes, access })] })(TestModule);
  const nest = await NestFactory.create(TestModule, { logger: false });
  await nest.listen(0, '127.0.0.1');
  const { port } = (nest.getHttpServer() as Server).address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/resultsdb/api/v2.0`,
    close: async () => {
      await nest.close();
      await store.dispose();
    },
  };
});
