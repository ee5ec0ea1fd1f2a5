#!/usr/bin/env node
import '../dist/wayctl.mjs';
