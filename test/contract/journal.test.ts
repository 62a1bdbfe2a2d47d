import { temporaryJournal } from '../support/temporary.ts';
import { describeJournal } from './journal-suite.ts';

describeJournal('a SQLite file', temporaryJournal);
