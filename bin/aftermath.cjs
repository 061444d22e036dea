#!/usr/bin/env node
'use strict';

/**
 * Starts aftermath on a Node that can run it (24 or later), and may itself be run by an old one: plain
 * CommonJS, and no syntax younger than Node 14.
 *
 * The Node it was started with is taken if it is new enough, without a second process. Else the one that
 * npm installed with the package, else one on PATH; it then is a child with our arguments, our terminal,
 * our signals and our exit. What a service tells V8 and the C library has to be there when Node starts: there a new enough one starts anew
 * in its own place.
 */

const { spawn, spawnSync } = require('child_process');
const fs = require('fs');
const { enableCompileCache } = require('module');
const net = require('net');
const path = require('path');
const { pathToFileURL } = require('url');
const v8 = require('v8');

const NODE_MAJOR_MIN = 24;
const ROOT = path.dirname(__dirname);

/** Set for a Node that was started anew: our arguments, and for a child the file descriptor that is open for as long as we live. */
const LAUNCHED = 'AFTERMATH_LAUNCHED';
const LIFELINE_FD = 3;

/**
 * Of what runs for long. V8 lets young objects grow to 128 MB before it looks at them, of which a stream leaves next to nothing alive,
 * and old ones to four times of what it last found alive. A quarter of the one and 1.6 times of the other is for services, of which each is
 * to hold little: 130 MB less, for a sixth more of the processor at full speed. All four in one process are to be fast.
 */
const V8_FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=60'];
const V8_FLAGS_OF_RUN = ['--max-semi-space-size=32'];
/**
 * And what the C library of Linux has to know before it starts: all threads share one heap, and what takes a megabyte or more goes back
 * to the system when it is free. A service holds 50 MB less with it.
 */
const MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_TRIM_THRESHOLD_: '4194304',
};
const SERVICES = ['run', 'features', 'model', 'metric', 'plot'];

/** What no process list is to show: a URL with a password, as a flag. */
const args = process.argv.slice(2);
const isSecret = args.some((arg) => /:\/\/[^\s/@]*:.*@|\bpassword=/.test(arg));
if (isSecret) process.title = 'aftermath';

const isService = SERVICES.includes(args[0]);
const flags = args[0] === 'run' ? V8_FLAGS_OF_RUN : isService ? V8_FLAGS : [];

if (!isNewEnough(process.version)) runOn(findNode());
else if (process.env[LAUNCHED] !== undefined || !isService || process.execve === undefined) runHere();
else startAnew();

function runHere() {
  if (process.env[LAUNCHED] !== undefined) {
    const { args: given, lifeline } = JSON.parse(process.env[LAUNCHED]);
    process.argv.splice(2, args.length, ...given);
    delete process.env[LAUNCHED];
    if (lifeline !== undefined) stopWithLauncher(lifeline);
  }
  dropExperimentalWarnings();
  keepNewObjectsYoung();
  keepWhatWasCompiled();
  // A clone runs as it is; the installed package has no src, only what was compiled from it.
  const source = path.join(ROOT, 'src', 'main.ts');
  const main = fs.existsSync(source) ? source : path.join(ROOT, 'dist', 'main.js');
  void import(pathToFileURL(main).href);
}

/** A launcher that is killed outright cannot pass that on: its end of the pipe closes instead. */
function stopWithLauncher(fd) {
  const lifeline = new net.Socket({ fd, readable: true, writable: false });
  lifeline.on('error', () => {});
  lifeline.on('close', () => process.kill(process.pid, 'SIGTERM'));
  lifeline.resume();
  lifeline.unref();
}

/** The first versions of Node 24 call parts of themselves experimental that have become stable unchanged. */
function dropExperimentalWarnings() {
  const emitWarning = process.emitWarning;
  process.emitWarning = function (warning, ...rest) {
    const type = rest[0] !== null && typeof rest[0] === 'object' ? rest[0].type : rest[0];
    if (type !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest);
  };
}

/**
 * V8 makes objects old at once where many of their kind have lived long. Records live as long as their batch and die
 * together: taken for old they cost a tenth of all time, and a hundred megabytes that only a full collection gives back.
 */
function keepNewObjectsYoung() {
  v8.setFlagsFromString('--no-allocation-site-pretenuring');
}

/**
 * To compile the program takes longer than to run most commands, and in a clone its types are taken off each time. What was
 * compiled is kept beside the code, where only those can write who can write the code; who cannot compiles anew.
 */
function keepWhatWasCompiled() {
  const folder = path.join(ROOT, 'node_modules', '.cache', 'aftermath');
  enableCompileCache(folder);
  // Threads look for it there: one that has to take types off first holds 17 MB for that.
  process.env['NODE_COMPILE_CACHE'] = process.env['NODE_COMPILE_CACHE'] || folder;
}

/** The same process with another Node in it: who started it, and what it was given, stays. */
function startAnew() {
  dropExperimentalWarnings();
  process.execve(process.execPath, [process.execPath, ...nodeArguments()], environment({ args }));
}

/** Whoever has told the C library something else is not overruled. */
function environment(launched) {
  return { ...(isService && MALLOC), ...process.env, [LAUNCHED]: JSON.stringify(launched) };
}

function nodeArguments() {
  return [...process.execArgv, ...flags, __filename, ...(isSecret ? [] : args)];
}

function runOn(node) {
  if (node === undefined) {
    console.error(
      `Cannot start aftermath: this is Node ${process.version}, and no Node ${NODE_MAJOR_MIN} or later was found ` +
        'beside the package or on PATH. Install one from https://nodejs.org and run the command again.',
    );
    process.exit(1);
  }
  const child = spawn(node, nodeArguments(), {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: environment({ args, lifeline: LIFELINE_FD }),
  });
  child.stdio[LIFELINE_FD].on('error', () => {});
  const forward = (signal) => child.kill(signal);
  // Ctrl-C in a terminal reaches the child by itself too: it takes two at once for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  child.on('error', (error) => {
    console.error(`Cannot start aftermath: ${node} does not run (${error.message}).`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Path of a Node that is new enough, or undefined. */
function findNode() {
  return [...pinned(), ...onPath()].find((file) => {
    const { stdout, status } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20000 });
    return status === 0 && isNewEnough(stdout.trim());
  });
}

/** The Node among our optional dependencies that is for this machine, wherever npm has put it. */
function pinned() {
  const name = `node-${process.platform === 'linux' ? '' : 'bin-'}${process.platform}-${process.arch}`;
  try {
    return [require.resolve(`${name}/bin/node`)];
  } catch {
    return [];
  }
}

function onPath() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (process.env.PATH || '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => path.join(folder, file)).filter((candidate) => fs.existsSync(candidate));
}

function isNewEnough(version) {
  return Number(version.slice(1).split('.')[0]) >= NODE_MAJOR_MIN;
}
