// Parts that are loaded late are named as the compiled ones are called.
module.exports = require('../../jest.preset.cjs')(__dirname, { moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' } });
