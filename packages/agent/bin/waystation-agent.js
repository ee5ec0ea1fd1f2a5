#!/usr/bin/env node
import '../dist/waystation-agent.mjs';
