module.exports = require('../../jest.preset.cjs')(__dirname, { testMatch: ['<rootDir>/**/*.e2e.ts'] });
