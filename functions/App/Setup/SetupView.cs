using System.Collections.Immutable;

namespace SyncFunctions.App.Setup;

public sealed record SetupView(
    SetupStep Step, ImmutableArray<SetupStepView> Steps, SignedInUser? SignedInUser, bool Skipped, DateTimeOffset? ImportStartedAt, DateTimeOffset? CompletedAt)
{
    public static SetupView Of(LoadedSetup setup) => new(
        setup.Step,
        SetupWizard.Views(setup.Flow.Pair, setup.Document, setup.Facts),
        setup.SignedIn,
        setup.Document.SkippedAt is not null,
        setup.Document.Import?.StartedAt,
        setup.Document.Import?.CompletedAt);
}
