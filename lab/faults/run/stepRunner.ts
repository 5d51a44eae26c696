import { LabError, messageOf } from "../../labError";
import type { LabSite } from "../../plan";
import type { SiteRoleSpec } from "../../../contract/siteRole";
import type { HistoryFile } from "../history/historyFile";
import { monotonicMs } from "../history/operation";
import { apiServerDown, apiServerUp, refuseWrites, takeWrites } from "../injections/apiServer";
import { shiftClock } from "../injections/clock";
import { killedCommand } from "../injections/command";
import { deletePod } from "../injections/pod";
import { freeze, freezeApiServer, kill } from "../injections/processes";
import { backUpRole, deleteRole, restoreRole } from "../injections/roleObject";
import { fullVolume, readOnlyVolume } from "../injections/volume";
import { doneWith, type Command, type Place, type Step } from "../scenarios/scenario";
import type { Workload } from "../workload/workload";
import { conditions } from "./conditions";
import type { FaultLab } from "./faultLab";

type Undo = () => Promise<void> | void;
type StepOf<K extends Step["do"]> = Extract<Step, { readonly do: K }>;

/** Carries out the steps of one run, and knows how to undo what is still in force. */
export class StepRunner {
  private readonly inForce = new Map<string, Undo>();
  private backup: SiteRoleSpec | null = null;

  constructor(
    private readonly w: FaultLab,
    private readonly workload: Workload,
    private readonly events: HistoryFile,
    private readonly siteAt: (place: Place) => LabSite,
  ) {}

  note(event: string): void {
    this.events.add({ event, at: monotonicMs(), wall: new Date().toISOString() });
  }

  async run(step: Step): Promise<void> {
    const name = step.as ?? describeStep(step);
    this.note(name);
    await this.carryOut(step);
    this.note(doneWith(name));
  }

  /** After the steps, or one that failed: whatever stands is undone, all of it. @returns what could not be. */
  async undoAll(): Promise<readonly string[]> {
    const problems: string[] = [];
    const each = async (work: Undo): Promise<void> => {
      try {
        await work();
      } catch (error) {
        problems.push(messageOf(error));
      }
    };
    for (const undo of this.inForce.values()) await each(undo);
    this.inForce.clear();
    await each(() => this.w.lab.link.heal());
    return problems;
  }

  private async carryOut(step: Step): Promise<void> {
    const { w } = this;
    switch (step.do) {
      case "writes":
        return this.workload.writes(this.siteAt(step.beside), step.count);
      case "await":
        return w.until(this.siteAt(step.at), step.is, conditions[step.is]);
      case "kill":
        return kill(w.plan(this.siteAt(step.at)), step.program);
      case "freeze":
        return this.stand(`${step.program} ${step.at}`, await freeze(w.plan(this.siteAt(step.at)), step.program));
      case "thaw":
        return this.undo(`${step.program} ${step.at}`);
      case "delete pod":
        return deletePod(w, this.siteAt(step.at), step.force);
      case "cut":
        return w.lab.link.cut(step.sendsNothing === "both" ? undefined : this.siteAt(step.sendsNothing));
      case "reset link":
        return w.lab.link.reset();
      case "heal link":
        return w.lab.link.heal();
      case "API server":
        return this.apiServer(step);
      case "volume":
        return this.volume(step);
      case "role object":
        return this.roleObject(step);
      case "clock":
        return shiftClock(w, this.siteAt(step.at), step.offsetSeconds);
      case "command":
        return this.command(step);
      case "killed command":
        return killedCommand(w, this.named(step.command), this.named(step.when));
      case "commands at once":
        return void (await Promise.all(step.commands.map((command) => this.command(command))));
    }
  }

  private async apiServer({ at, is }: StepOf<"API server">): Promise<void> {
    const [site, key] = [this.siteAt(at), `API server ${at}`];
    switch (is) {
      case "well":
        return this.undo(key);
      case "down":
        await apiServerDown(this.w, site);
        return this.stand(key, () => apiServerUp(this.w, site));
      case "silent":
        return this.stand(key, freezeApiServer(this.w.plan(site)));
      case "refusing writes":
        this.stand(key, () => takeWrites(this.w, site));
        return refuseWrites(this.w, site);
    }
  }

  private async volume({ at, is }: StepOf<"volume">): Promise<void> {
    const [site, key] = [this.siteAt(at), `volume ${at}`];
    if (is === "well") return this.undo(key);
    this.stand(key, await (is === "full" ? fullVolume : readOnlyVolume)(this.w, site));
  }

  private async roleObject({ at, is }: StepOf<"role object">): Promise<void> {
    const site = this.siteAt(at);
    if (is === "deleted") return deleteRole(this.w, site);
    if (is === "backed up") this.backup = await backUpRole(this.w, site);
    else if (this.backup === null) throw new LabError("role object: restored before it was backed up");
    else await restoreRole(this.w, site, this.backup);
  }

  private async command({ command, ends }: Command): Promise<void> {
    const line = this.named(command);
    const { code, stdout, stderr } = await this.w.command(line);
    if (ends === "either" || (ends === "done") === (code === 0)) return;
    throw new LabError(`${line}: exit code ${code}: ${`${stdout}${stderr}`.trim().slice(-800)}`);
  }

  private named(text: string): string {
    return text.replace(/\{(primary|copy)\}/g, (_, place: Place) => this.siteAt(place));
  }

  private stand(key: string, undo: Undo): void {
    this.inForce.set(key, undo);
  }

  private async undo(key: string): Promise<void> {
    const undo = this.inForce.get(key);
    if (undo === undefined) throw new LabError(`${key}: there is nothing to undo`);
    this.inForce.delete(key);
    await undo();
  }
}

const describeStep = ({ as: _, ...step }: Step): string =>
  step.do === "commands at once"
    ? step.commands.map(({ command }) => command).join(", ")
    : Object.values(step).map(String).join(" ");
