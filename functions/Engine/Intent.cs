namespace SyncFunctions.Engine;

/// <summary>
/// What is about to be written, stored before it is sent: after a crash the target is read, and what was sent is ours.
/// </summary>
/// <param name="Operation">Unique to this write.</param>
/// <param name="Epoch">The epoch of the run that took it; an older run's intent is never sent.</param>
/// <param name="Create">The intent reserves a record that does not exist yet.</param>
/// <param name="Sent">Canonical values sent, in the form of bases.</param>
/// <param name="SourceValues">The source's values that went out, which become its base when the write is known to be applied.</param>
/// <param name="TakenAt">When the intent was stored: a record created before cannot be ours.</param>
/// <param name="Until">No later than this may the write be on its way.</param>
public sealed record Intent(string Operation, long Epoch, Side Target, bool Create, FieldSet Sent, FieldSet SourceValues, DateTimeOffset TakenAt, DateTimeOffset Until)
{
    public bool IsOpen(DateTimeOffset now) => now < Until;
}
