#!/usr/bin/env node
import '../dist/waystation-simulator.mjs';
