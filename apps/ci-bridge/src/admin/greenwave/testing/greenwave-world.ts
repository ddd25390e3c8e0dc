import { serve, type FixtureServer } from '@millrace/testing/http';
import { BridgeService } from '../../../testing/bridge-service';

export const api = '/greenwave/api/v1.0';
export const critical = ['dist.abicheck', 'dist.rpmdeplint', 'dist.upgradepath'] as const;

const fedora = `# Policies as Fedora has them
--- !Policy
id: "critical_with_excluded"
product_versions: [fedora-26]
decision_context: push_stable
subject_type: koji_build
excluded_packages: [firefox, kernel*]
rules:
  - !PassingTestCaseRule {test_case_name: dist.abicheck}
--- !Policy
id: "critical"
product_versions: ["fedora-2?"]
decision_contexts: [push_stable, push_testing]
subject_type: koji_build
rules:
  - !PassingTestCaseRule {test_case_name: dist.rpmdeplint}
  - !PassingTestCaseRule {test_case_name: dist.upgradepath}
--- !Policy
id: "composes"
product_versions: [fedora-rawhide]
decision_context: sync
subject_type: compose
rules:
  - !PassingTestCaseRule {test_case_name: compose.install, scenario: scenario1}
  - !PassingTestCaseRule {test_case_name: compose.install, scenario: scenario2}
--- !Policy
id: "empty"
product_versions: [fedora-24]
decision_context: push_stable
subject_type: bodhi_update
rules: []
--- !Policy
id: "groups"
product_versions: [fedora-30]
decision_context: group
subject_type: group
rules:
  - !PassingTestCaseRule {test_case_name: testcase_name}
--- !Policy
id: "remote"
product_versions: [fedora-26]
decision_context: remote
subject_type: koji_build
rules:
  - !RemoteRule {required: true}
`;

export interface Decision {
  readonly message: string;
  readonly policies_satisfied: boolean;
  readonly summary: string;
  readonly applicable_policies?: readonly string[];
  readonly satisfied_requirements: readonly Record<string, unknown>[];
  readonly unsatisfied_requirements: readonly Record<string, unknown>[];
  readonly results?: readonly { readonly id: number }[];
  readonly waivers?: readonly { readonly id: number }[];
}

/** A bridge with Fedora's policies, and a server of gating.yaml files that they name. */
export interface GreenwaveWorld {
  readonly bridge: BridgeService;
  readonly git: FixtureServer;
  /** What the server has, by path; `broken`: it answers 500. */
  readonly gating: Map<string, string>;
  decide(body: object): ReturnType<typeof BridgeService.prototype.post<Decision>>;
  stop(): Promise<void>;
}

export async function startGreenwaveWorld(): Promise<GreenwaveWorld> {
  const gating = new Map<string, string>();
  const git = await serve((request, response) => {
    const text = gating.get(request.url ?? '');
    response.writeHead(text === undefined ? 404 : text === 'broken' ? 500 : 200).end(text);
  });
  const bridge = await BridgeService.start(
    {
      policies_dir: 'DIR/policies',
      subject_types_dir: ['DIR/types'],
      remote_rule_policies: { '*': `${git.url}/{subject_id}/gating.yaml` },
      remote_rules_private: true,
      waiver_auth: 'dummy',
    },
    { 'policies/fedora.yaml': fedora, 'types/group.yaml': '--- !SubjectType\nid: group\n', 'policies/notes.txt': '}' },
  );
  const decide = (body: object) => bridge.post<Decision>(`${api}/decision`, body);
  const stop = async (): Promise<void> => {
    await bridge.stop();
    await git.stop();
  };
  return { bridge, git, gating, decide, stop };
}

let builds = 0;

/** An NVR that nobody has had. */
export function unique(name = 'glibc'): string {
  return `${name}-1.0-${++builds}.el7`;
}

/** The question about a build, as most cases ask it. */
export function about(item: string) {
  return {
    decision_context: 'push_stable',
    product_version: 'fedora-26',
    subject_type: 'koji_build',
    subject_identifier: item,
  };
}
