#!/usr/bin/env node
'use strict';

/**
 * Starts aftermath on a Node that can run it (24 or later), and may itself be run by an old one: plain
 * CommonJS, and no syntax younger than Node 14.
 *
 * The Node it was started with is taken if it is new enough, without a second process. Else the one that
 * npm installed with the package, else one on PATH; it then is a child with our arguments, our terminal,
 * our signals and our exit.
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

/** Set for the child: our arguments. Its file descriptor 3 is open for as long as we live. */
const LAUNCHED = 'AFTERMATH_LAUNCHED';
const LIFELINE_FD = 3;

/** What no process list is to show: a URL with a password, as a flag. */
const args = process.argv.slice(2);
const isSecret = args.some((arg) => /:\/\/[^\s/@]*:.*@|\bpassword=/.test(arg));
if (isSecret) process.title = 'aftermath';

if (isNewEnough(process.version)) runHere();
else runOn(findNode());

function runHere() {
  if (process.env[LAUNCHED] !== undefined) {
    process.argv.splice(2, args.length, ...JSON.parse(process.env[LAUNCHED]));
    delete process.env[LAUNCHED];
    stopWithLauncher();
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
function stopWithLauncher() {
  const lifeline = new net.Socket({ fd: LIFELINE_FD, readable: true, writable: false });
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
  enableCompileCache(path.join(ROOT, 'node_modules', '.cache', 'aftermath'));
}

function runOn(node) {
  if (node === undefined) {
    console.error(
      `Cannot start aftermath: this is Node ${process.version}, and no Node ${NODE_MAJOR_MIN} or later was found ` +
        'beside the package or on PATH. Install one from https://nodejs.org and run the command again.',
    );
    process.exit(1);
  }
  const child = spawn(node, [...process.execArgv, __filename, ...(isSecret ? [] : args)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [LAUNCHED]: JSON.stringify(args) },
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
