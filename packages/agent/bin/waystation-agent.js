#!/usr/bin/env node
require('../dist/program-launcher.cjs').start('waystation-agent');
