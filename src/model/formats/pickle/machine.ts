import { ModelLoadError } from '../../load-error.ts';
import type { Budget } from '../budget.ts';
import { build, call, instantiate } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { isJoblibWrapper, readJoblibArray } from './joblib.ts';
import { Memo } from './memo.ts';
import { OP } from './opcodes.ts';
import { readFloatLine, readIntLine, readLong, readStringLine, readUnicodeLine } from './literals.ts';
import { describe, isObject, type PickleMap, type PickleValue } from './values.ts';

/** What one file may name and cost. The same object serves the pickles nested in a joblib file. */
export interface PickleRules {
  /** Throws a ModelLoadError unless this exact global, `module.name`, may be named. */
  readonly checkGlobal: (fullName: string) => void;
  readonly budget: Budget;
  opcodesLeft: number;
}

const STACK_MAX = 1_000_000;
const NESTED_PICKLES_MAX = 2;
/** What V8 takes for the thing itself, about; its contents come on top. */
const COST = { list: 40, map: 200, item: 16, entry: 48, object: 72, text: 32 };

/**
 * Reads one pickle from the cursor, up to and with its STOP, into plain data.
 *
 * Nothing is executed: a class becomes a record of its name and state, a call a record of its arguments.
 *
 * @throws {ModelLoadError} on a global that is not known, damage, or more than the rules allow
 */
export function readPickle(cursor: Cursor, rules: PickleRules, nesting = 0): PickleValue {
  if (nesting > NESTED_PICKLES_MAX) throw new ModelLoadError('it nests pickles too deeply');
  return new Machine(cursor, rules, nesting).run();
}

class Machine {
  readonly #cursor: Cursor;
  readonly #rules: PickleRules;
  readonly #nesting: number;
  readonly #memo: Memo;
  #stack: PickleValue[] = [];
  readonly #marks: number[] = [];

  constructor(cursor: Cursor, rules: PickleRules, nesting: number) {
    this.#cursor = cursor;
    this.#rules = rules;
    this.#nesting = nesting;
    this.#memo = new Memo(rules.budget);
  }

  run(): PickleValue {
    for (;;) {
      this.#spend(0.25);
      const op = this.#cursor.byte();
      if (op === OP.STOP) break;
      if (!this.#literal(op) && !this.#container(op) && !this.#object(op)) throw unknownOpcode(op);
      if (this.#stack.length > STACK_MAX)
        throw new ModelLoadError('it needs a stack of more than a million values');
    }
    if (this.#marks.length > 0) throw damaged('it ends inside an unfinished list');
    return this.#pop();
  }

  /** Opcodes that push a value of their own, and the memo. */
  #literal(op: number): boolean {
    const cursor = this.#cursor;
    switch (op) {
      case OP.SHORT_BINUNICODE:
        return this.#pushText(cursor.byte());
      case OP.BINUNICODE:
        return this.#pushText(cursor.uint32());
      case OP.BINUNICODE8:
        return this.#pushText(cursor.length64());
      case OP.MEMOIZE:
        this.#memo.append(this.#top());
        return true;
      case OP.BINGET:
        return this.#push(this.#memo.get(cursor.byte()));
      case OP.LONG_BINGET:
        return this.#push(this.#memo.get(cursor.uint32()));
      case OP.GET:
        return this.#push(this.#memo.get(Number(cursor.line())));
      case OP.BINPUT:
        this.#memo.put(cursor.byte(), this.#top());
        return true;
      case OP.LONG_BINPUT:
        this.#memo.put(cursor.uint32(), this.#top());
        return true;
      case OP.PUT:
        this.#memo.put(Number(cursor.line()), this.#top());
        return true;
      case OP.BININT1:
        return this.#push(cursor.byte());
      case OP.BININT2:
        return this.#push(cursor.uint16());
      case OP.BININT:
        return this.#push(cursor.int32());
      case OP.BINFLOAT:
        return this.#push(cursor.float64BigEndian());
      case OP.NONE:
        return this.#push(null);
      case OP.NEWTRUE:
        return this.#push(true);
      case OP.NEWFALSE:
        return this.#push(false);
      case OP.SHORT_BINBYTES:
        return this.#pushBytes(cursor.byte());
      case OP.BINBYTES:
        return this.#pushBytes(cursor.uint32());
      case OP.BINBYTES8:
      case OP.BYTEARRAY8:
        return this.#pushBytes(cursor.length64());
      case OP.LONG1:
        return this.#push(readLong(cursor.take(cursor.byte())));
      case OP.LONG4:
        return this.#push(readLong(cursor.take(cursor.int32())));
      case OP.INT:
        return this.#push(readIntLine(cursor.line()));
      case OP.LONG:
        return this.#push(readIntLine(cursor.line()));
      case OP.FLOAT:
        return this.#push(readFloatLine(cursor.line()));
      case OP.STRING:
        return this.#push(readStringLine(cursor.line()));
      case OP.UNICODE:
        return this.#pushUnicodeLine();
      case OP.BINSTRING:
        return this.#pushText(cursor.int32(), 'latin1');
      case OP.SHORT_BINSTRING:
        return this.#pushText(cursor.byte(), 'latin1');
      case OP.PROTO:
        if (cursor.byte() > 5) throw new ModelLoadError('its pickle protocol is newer than 5');
        return true;
      case OP.FRAME:
        if (cursor.length64() > cursor.bytes.length - cursor.at) {
          throw damaged('it is cut off or damaged: a frame is longer than the file');
        }
        return true;
      default:
        return false;
    }
  }

  /** Opcodes that make or fill lists, tuples, dicts and sets. */
  #container(op: number): boolean {
    const { budget } = this.#rules;
    switch (op) {
      case OP.MARK:
        this.#marks.push(this.#stack.length);
        if (this.#marks.length > STACK_MAX) throw new ModelLoadError('it nests more than a million lists');
        return true;
      case OP.POP:
        if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop();
        else this.#pop();
        return true;
      case OP.POP_MARK:
        this.#popMark();
        return true;
      case OP.DUP:
        return this.#push(this.#top());
      case OP.EMPTY_TUPLE:
      case OP.EMPTY_LIST:
        budget.take(COST.list);
        return this.#push([]);
      case OP.TUPLE1:
        return this.#tuple(1);
      case OP.TUPLE2:
        return this.#tuple(2);
      case OP.TUPLE3:
        return this.#tuple(3);
      case OP.TUPLE:
      case OP.LIST: {
        const items = this.#popMark();
        budget.take(COST.list + COST.item * items.length);
        return this.#push(items);
      }
      case OP.EMPTY_DICT:
        budget.take(COST.map);
        return this.#push(new Map());
      case OP.DICT: {
        const items = this.#popMark();
        budget.take(COST.map);
        const map: PickleMap = new Map();
        this.#setItems(map, items);
        return this.#push(map);
      }
      case OP.EMPTY_SET:
        budget.take(COST.map);
        return this.#push(new Set());
      case OP.FROZENSET: {
        const items = this.#popMark();
        budget.take(COST.map + COST.entry * items.length);
        return this.#push(new Set(items));
      }
      case OP.ADDITEMS: {
        const items = this.#popMark();
        const set = this.#top();
        if (!(set instanceof Set)) throw damaged(`it adds set items to ${describe(set)}`);
        budget.take(COST.entry * items.length);
        for (const item of items) set.add(item);
        return true;
      }
      case OP.APPEND: {
        const item = this.#pop();
        this.#append([item]);
        return true;
      }
      case OP.APPENDS:
        this.#append(this.#popMark());
        return true;
      case OP.SETITEM: {
        const value = this.#pop();
        const key = this.#pop();
        this.#setItems(this.#top(), [key, value]);
        return true;
      }
      case OP.SETITEMS: {
        const items = this.#popMark();
        this.#setItems(this.#top(), items);
        return true;
      }
      default:
        return false;
    }
  }

  /** Opcodes that name a global, or stand for an instance or a call. */
  #object(op: number): boolean {
    const { budget } = this.#rules;
    switch (op) {
      case OP.STACK_GLOBAL: {
        const name = this.#pop();
        const module = this.#pop();
        if (typeof name !== 'string' || typeof module !== 'string')
          throw damaged('it names a class by no text');
        return this.#global(module, name);
      }
      case OP.GLOBAL: {
        const module = this.#cursor.line();
        return this.#global(module, this.#cursor.line());
      }
      case OP.REDUCE: {
        const args = this.#pop();
        const callee = this.#pop();
        budget.take(COST.object);
        return this.#push(call(callee, args, budget));
      }
      case OP.NEWOBJ: {
        const args = this.#pop();
        const callee = this.#pop();
        budget.take(COST.object);
        return this.#push(instantiate(callee, args));
      }
      case OP.NEWOBJ_EX: {
        this.#pop();
        const args = this.#pop();
        const callee = this.#pop();
        budget.take(COST.object);
        return this.#push(instantiate(callee, args));
      }
      case OP.INST: {
        const module = this.#cursor.line();
        this.#global(module, this.#cursor.line());
        const callee = this.#pop();
        budget.take(COST.object);
        return this.#push(instantiate(callee, this.#popMark()));
      }
      case OP.OBJ: {
        const [callee, ...args] = this.#popMark();
        budget.take(COST.object + COST.item * args.length);
        return this.#push(instantiate(callee ?? null, args));
      }
      case OP.BUILD: {
        const state = this.#pop();
        const target = this.#top();
        if (isJoblibWrapper(target)) {
          this.#pop();
          const nested = (): PickleValue => readPickle(this.#cursor, this.#rules, this.#nesting + 1);
          return this.#push(readJoblibArray(state, this.#cursor, nested));
        }
        build(target, state, budget);
        return true;
      }
      default:
        return false;
    }
  }

  #global(module: string, name: string): boolean {
    const full = canonicalName(module, name);
    this.#rules.checkGlobal(full);
    this.#rules.budget.take(COST.object);
    return this.#push({ kind: 'global', name: full });
  }

  /** Counts work: 1 is about what a dict entry or a short text costs, four times a plain opcode. */
  #spend(work: number): void {
    this.#rules.opcodesLeft -= 4 * work;
    if (this.#rules.opcodesLeft < 0) throw new ModelLoadError('it has more opcodes than a model file needs');
  }

  #append(items: PickleValue[]): void {
    this.#rules.budget.take(COST.item * items.length);
    const target = this.#top();
    if (isObject(target)) target.items ??= [];
    const list = isObject(target) ? target.items : target;
    if (!Array.isArray(list)) throw damaged(`it appends to ${describe(target)}`);
    for (const item of items) list.push(item);
  }

  #setItems(target: PickleValue, items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw damaged('it sets a dict key without a value');
    this.#rules.budget.take((COST.entry * items.length) / 2);
    this.#spend(items.length / 2);
    if (isObject(target)) target.entries ??= new Map();
    const map = isObject(target) ? target.entries : target;
    if (!(map instanceof Map)) throw damaged(`it sets dict keys on ${describe(target)}`);
    for (let at = 0; at < items.length; at += 2)
      map.set(items[at] as PickleValue, items[at + 1] as PickleValue);
  }

  #tuple(length: number): boolean {
    const base = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - base < length) throw underflow();
    this.#rules.budget.take(COST.list + COST.item * length);
    return this.#push(this.#stack.splice(this.#stack.length - length, length));
  }

  #pushText(length: number, encoding: 'utf8' | 'latin1' = 'utf8'): boolean {
    if (length > this.#cursor.bytes.length) this.#cursor.take(length);
    this.#rules.budget.take(COST.text + 2 * length);
    this.#spend(1);
    return this.#push(this.#cursor.text(length, encoding));
  }

  #pushUnicodeLine(): boolean {
    const line = this.#cursor.line(Infinity);
    this.#rules.budget.take(COST.text + 2 * line.length);
    return this.#push(readUnicodeLine(line));
  }

  #pushBytes(length: number): boolean {
    const bytes = this.#cursor.take(length);
    this.#rules.budget.take(COST.object);
    return this.#push(bytes);
  }

  #push(value: PickleValue): true {
    this.#stack.push(value);
    return true;
  }

  #pop(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw underflow();
    return this.#stack.pop() as PickleValue;
  }

  #top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw underflow();
    return this.#stack.at(-1) as PickleValue;
  }

  #popMark(): PickleValue[] {
    const from = this.#marks.pop();
    if (from === undefined) throw damaged('it closes a list that was never opened');
    return this.#stack.splice(from);
  }
}

/** Names of Python 2 and of numpy 1 and 2 are one. */
function canonicalName(module: string, name: string): string {
  if (module === '__builtin__') return `builtins.${name}`;
  if (module === 'copy_reg') return `copyreg.${name}`;
  return module.startsWith('numpy._core') ? `numpy.core${module.slice(11)}.${name}` : `${module}.${name}`;
}

function underflow(): ModelLoadError {
  return damaged('it takes values that were never put there');
}

function unknownOpcode(op: number): ModelLoadError {
  return damaged(`it has the byte 0x${op.toString(16)} where an opcode that a model file may use should be`);
}

function damaged(what: string): ModelLoadError {
  return new ModelLoadError(`${what} (not a pickle, or a damaged one)`);
}
