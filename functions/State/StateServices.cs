using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace SyncFunctions.State;

public static class StateServices
{
    /// <summary>Adds the stores over these clients. <see cref="SecretKeys"/> are the caller's to add; <see cref="StateTables.CreateAsync"/> is to be called at the start.</summary>
    public static IServiceCollection AddState(this IServiceCollection services, StateClients clients)
    {
        services.TryAddSingleton(clients.Clock);
        services.TryAddSingleton(provider => new IdSource(provider.GetRequiredService<TimeProvider>()));
        return services
            .AddSingleton(clients)
            .AddSingleton<StateTables>()
            .AddSingleton<TenantStore>()
            .AddSingleton<ConnectionStore>()
            .AddSingleton<SecretBox>()
            .AddSingleton<FlowStore>()
            .AddSingleton<ProjectStore>()
            .AddSingleton<ProjectLists>()
            .AddSingleton<BrakeStore>()
            .AddSingleton<DueStore>()
            .AddSingleton<LinkStore>()
            .AddSingleton<RunStore>()
            .AddSingleton<IntegrationLog>()
            .AddSingleton<ApiCallLog>()
            .AddSingleton<AuditLog>()
            .AddSingleton<TenantHoldings>()
            .AddSingleton<ErasureStore>()
            .AddSingleton<ActivityStore>()
            .AddSingleton<ProjectLog>()
            .AddSingleton<ConflictStore>()
            .AddSingleton<PlanStore>()
            .AddSingleton<LookupStore>()
            .AddSingleton<PersonStore>()
            .AddSingleton<MemberStore>()
            .AddSingleton<GuessStore>()
            .AddSingleton<LockStore>()
            .AddSingleton<ClaimStore>()
            .AddSingleton<NoticeStore>()
            .AddSingleton<BudgetStore>()
            .AddSingleton<SweepStore>()
            .AddSingleton<AppQueues>();
    }
}
