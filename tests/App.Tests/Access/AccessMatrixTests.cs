using Microsoft.AspNetCore.Http;
using SyncFunctions.App.Access;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Tests.Access;

/// <summary>Every route, called by everybody: nobody, each role by a browser and by a key, the operator, and those whom groups narrow; of this tenant and of another.</summary>
public sealed class AccessMatrixTests
{
    private const string Main = "main";
    private const string Other = "other";

    private static readonly Role[] Roles = [Role.Viewer, Role.Member, Role.Administrator];

    private sealed record Who(string Name, Func<HttpRequest> Request, Role? Role, TenantId? Tenant)
    {
        public Reach[] Reaches { get; init; } = [];
    }

    [Fact]
    public async Task EveryRoute_ForEverybody_AnswersAsItsAttributesSay()
    {
        await using var world = await AccessWorld.StartAsync();
        var everybody = await EverybodyAsync(world);
        var wrong = new List<string>();
        var asked = 0;

        foreach (var route in Routes.All.Values.Where(route => route.Needs is not null))
        {
            foreach (var who in everybody)
            {
                foreach (var tenant in new[] { AccessWorld.Acme, AccessWorld.Beta, new TenantId("nobody") })
                {
                    foreach (var flow in new[] { Main, Other })
                    {
                        var expected = Expected(route, who, tenant, flow);
                        var request = who.Request();
                        request.Method = route.Methods[0].ToUpperInvariant();
                        var answered = await world.AdmitAsync(route, request, tenant, flow);
                        asked++;
                        if (answered != expected) wrong.Add($"{who.Name} at {route.Function} of {tenant}/{flow}: {answered}, not {expected}");
                    }
                }
            }
        }

        wrong.ShouldBeEmpty();
        asked.ShouldBeGreaterThan(10_000);
    }

    /// <summary>As the attribute says it, told in other words than the gate's.</summary>
    private static int Expected(Route route, Who who, TenantId tenant, string flow)
    {
        var needs = route.Needs!;
        var (isTenants, isFlows) = (route.Path.Contains("{tenant}", StringComparison.Ordinal), route.Path.Contains("{flow}", StringComparison.Ordinal));
        if (who.Role is not { } role) return 401;
        if (role == Role.Operator) return 200;
        if (isTenants && who.Tenant != tenant) return 404;

        // Without a tenant in the address, a person is nobody in particular; a key still has its role.
        if (!isTenants && who.Name.StartsWith("browser", StringComparison.Ordinal)) return needs.Role == Role.Viewer ? 200 : 403;
        var reaches = who.Reaches;
        if (isFlows && reaches.Length > 0 && !reaches.Any(reach => reach.Flows is null || reach.Flows.Contains(new FlowId(flow)))) return 404;
        if (role < needs.Role) return 403;
        if (reaches.Length == 0) return 200;
        return reaches.Any(reach =>
            (needs.Act == Act.Read || reach.Acts is null || reach.Acts.Contains(needs.Act))
            && (reach.Flows is null || (isFlows ? reach.Flows.Contains(new FlowId(flow)) : needs.Act == Act.Read)))
            ? 200
            : 403;
    }

    private static async Task<List<Who>> EverybodyAsync(AccessWorld world)
    {
        await world.AddGroupsAsync(
            AccessWorld.Acme,
            new Group("main-all", "", [Main], null),
            new Group("all-sync", "", null, [Act.Sync]),
            new Group("main-sync", "", [Main], [Act.Sync]));
        var (mainAll, allSync, mainSync) = (new Reach([new FlowId(Main)], null), new Reach(null, [Act.Sync]), new Reach([new FlowId(Main)], [Act.Sync]));
        List<Who> everybody =
        [
            new("nobody", () => world.Request("GET", ""), null, null),
            new("a wrong key", () => world.Request("GET", "", key: "sk_wrong"), null, null),
            new("no key of ours", () => world.Request("GET", "", key: AccessWorld.OperatorKey), null, null),
            new("the operator", () => WithOperatorKey(AccessWorld.OperatorKey), Role.Operator, null),
            new("a wrong operator", () => WithOperatorKey($"{AccessWorld.OperatorKey}x"), null, null),
        ];
        var runs = await world.SignedInAsync(new Person("https://issuer.example", "runs", "Runs") { CreatedAt = DateTimeOffset.UnixEpoch }, isOperator: true);
        everybody.Add(new("browser of an operator", () => world.Request("GET", "", runs), Role.Operator, null));

        foreach (var tenant in new[] { AccessWorld.Acme, AccessWorld.Beta })
        {
            foreach (var role in Roles)
            {
                everybody.Add(await BrowserAsync(tenant, role, []));
                everybody.Add(await KeyAsync(tenant, role, []));
            }
        }

        foreach (var (groups, reaches) in new (string[], Reach[])[] { (["main-all"], [mainAll]), (["all-sync"], [allSync]), (["main-sync"], [mainSync]), (["main-all", "all-sync"], [mainAll, allSync]), (["gone"], [Reach.Nothing]) })
        {
            everybody.Add(await BrowserAsync(AccessWorld.Acme, Role.Administrator, groups) with { Reaches = reaches });
            everybody.Add(await KeyAsync(AccessWorld.Acme, Role.Member, groups) with { Reaches = reaches });
        }

        return everybody;

        async Task<Who> BrowserAsync(TenantId tenant, Role role, string[] groups)
        {
            var browser = await world.SignedInAsync(await world.AddMemberAsync(tenant, $"{role}-{string.Join('-', groups)}", role, groups));
            return new($"browser of {tenant}'s {role} {string.Join('+', groups)}", () => world.Request("GET", "", browser), role, tenant);
        }

        async Task<Who> KeyAsync(TenantId tenant, Role role, string[] groups)
        {
            var key = await world.AddKeyAsync(tenant, role, groups);
            return new($"key of {tenant}'s {role} {string.Join('+', groups)}", () => world.Request("GET", "", key: key), role, tenant);
        }

        HttpRequest WithOperatorKey(string key)
        {
            var request = world.Request("GET", "");
            request.Headers[OperatorKeys.Header] = key;
            return request;
        }
    }
}
