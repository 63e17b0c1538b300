using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SyncFunctions.App.Access;
using SyncFunctions.App.Audit;
using SyncFunctions.App.Connect;
using SyncFunctions.App.Connections;
using SyncFunctions.App.Contract;
using SyncFunctions.App.Dashboard;
using SyncFunctions.App.Data;
using SyncFunctions.App.Health;
using SyncFunctions.App.Hooks;
using SyncFunctions.App.Manage;
using SyncFunctions.App.Notices;
using SyncFunctions.App.People;
using SyncFunctions.App.Problems;
using SyncFunctions.App.Reactions;
using SyncFunctions.App.Records;
using SyncFunctions.App.Sealing;
using SyncFunctions.App.Settings;
using SyncFunctions.App.Setup;
using SyncFunctions.App.SignIn;
using SyncFunctions.App.Sync;

namespace SyncFunctions.App;

/// <summary>Everything that the HTTP functions need beside the stores, the connectors and the sync itself.</summary>
public static class HttpSide
{
    public static IServiceCollection AddHttpSide(this IServiceCollection services, AppSettings settings)
    {
        Readiness.Add(services);
        return services
            .AddSingleton(settings)
            .AddSingleton<PublicAddress>()
            .AddSingleton<OperatorKeys>()
            .AddSingleton<Callers>()
            .AddSingleton<ClientAddress>()
            .AddSingleton(settings.SignIn)
            .AddSingleton<Sessions>()
            .AddSingleton<Passwords>()
            .AddSingleton<LostPasswords>()
            .AddSingleton<Issuer>()
            .AddSingleton<Joining>()
            .AddSingleton<Membership>()
            .AddSingleton<AccessNotices>()
            .AddSingleton<IssuerSignIn>()
            .AddHostedService<LocalAdministrator>()
            .AddSingleton<SeenConnections>()
            .AddSingleton<DashboardFiles>()
            .AddSingleton<SystemSettings>()
            .AddSingleton<SealedCredentials>()
            .AddSingleton<CallBudgets>()
            .AddSingleton<FailedCalls>()
            .AddHostedService(provider => provider.GetRequiredService<FailedCalls>())
            .AddHostedService(provider => provider.GetRequiredService<ActivityCounter>())
            .AddHostedService(provider => provider.GetRequiredService<NoticeBursts>())
            .AddSingleton<RefusalPace>()
            .AddSingleton<TenantErasure>()
            .AddSingleton<SealedSecrets>()
            .AddSingleton<ConnectionScopes>()
            .AddSingleton<SignIns>()
            .AddSingleton<Consent>()
            .AddSingleton<ConnectionViews>()
            .AddSingleton<IPostConfigureOptions<LoggerFilterOptions>, UnnamedPaths>()
            .AddSingleton<HookRoutes>()
            .AddSingleton<PublishedKeys>()
            .AddSingleton<HookInbox>()
            .AddSingleton<HookReceiver>()
            .AddSingleton<HookSetup>()
            .AddSingleton<HookCare>()
            .AddSingleton<RecordsGate>()
            .AddSingleton<RecordsPace>()
            .AddSingleton<RecordIntake>()
            .AddSingleton<RecordWork>()
            .AddSingleton<ReactionCheck>()
            .AddSingleton<NoticeRulesCheck>()
            .AddSingleton<Finder>()
            .AddSingleton<FlowSwitch>()
            .AddSingleton<BrakeViews>()
            .AddSingleton<WaitingCounts>()
            .AddSingleton<WorkViews>()
            .AddSingleton<SetupState>()
            .AddSingleton<TeamSetup>()
            .AddSingleton<StagesSetup>()
            .AddSingleton<ImportReports>()
            .AddSingleton<ImportCompletion>();
    }

    /// <summary>Problem details for what HTTP functions throw, who may call them and with what, each request once, and what was done. Custom middleware is for HTTP triggers only.</summary>
    public static FunctionsApplicationBuilder UseHttpSide(this FunctionsApplicationBuilder builder)
    {
        builder.UseWhen<ProblemMiddleware>(ProblemMiddleware.IsFor);
        builder.UseWhen<AuditMiddleware>(ProblemMiddleware.IsFor);
        builder.UseWhen<AccessMiddleware>(ProblemMiddleware.IsFor);
        builder.UseWhen<QueryMiddleware>(ProblemMiddleware.IsFor);
        builder.UseWhen<IdempotencyMiddleware>(ProblemMiddleware.IsFor);
        return builder;
    }
}
