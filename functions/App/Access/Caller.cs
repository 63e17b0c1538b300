using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using SyncFunctions.Engine;
using SyncFunctions.State;

namespace SyncFunctions.App.Access;

public enum CallerKind
{
    /// <summary>Whoever has the operator's key.</summary>
    Operator,

    /// <summary>A person who has signed in.</summary>
    User,

    /// <summary>A machine with an API key.</summary>
    ApiKey,
}

/// <summary>What a group lets its members reach.</summary>
/// <param name="Flows">Null: all of them.</param>
/// <param name="Acts">Null: all of them. Reading is always among them.</param>
public sealed record Reach(ImmutableHashSet<FlowId>? Flows, ImmutableHashSet<Act>? Acts)
{
    public bool Has(Act act) => act == Act.Read || Acts is null || Acts.Contains(act);

    public static readonly Reach Nothing = new([], []);

    public bool Has(FlowId flow) => Flows is null || Flows.Contains(flow);
}

/// <summary>Who a request is from, and what that one may do.</summary>
/// <param name="Id">Of the user or the key; "operator".</param>
/// <param name="Name">For people: what the audit log says.</param>
/// <param name="Tenant">Null: every tenant.</param>
public sealed record Caller(CallerKind Kind, string Id, string Name, Role Role, TenantId? Tenant)
{
    public static readonly Caller Operator = new(CallerKind.Operator, "operator", "the operator", Role.Operator, null);

    /// <summary>Ids of the groups that narrow the caller; none: it is not narrowed.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>By the groups of the caller; empty: not narrowed.</summary>
    public ImmutableArray<Reach> Reaches { get; init; } = [];

    public bool MaySee(FlowId flow) => Reaches.IsEmpty || Reaches.Any(reach => reach.Has(flow));

    /// <summary>Whether everything of the tenant can be seen.</summary>
    public bool SeesAll => Reaches.IsEmpty || Reaches.Any(reach => reach.Flows is null);

    /// <param name="flow">The flow that it is done to; null: it is the tenant's.</param>
    public bool May(Role role, Act act, FlowId? flow) =>
        Role >= role && (Reaches.IsEmpty || Reaches.Any(reach => reach.Has(act) && (flow is { } one ? reach.Has(one) : act == Act.Read || reach.Flows is null)));
}

public static class CallerRequests
{
    /// <summary>Who the request is from: whom <see cref="AccessMiddleware"/> let in.</summary>
    public static Caller Caller(this HttpRequest request) =>
        request.HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException("A function without a role asks who calls it.");
}
