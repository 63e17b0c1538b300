namespace SyncFunctions.Engine;

/// <summary>Vendor fields that lists of projects show.</summary>
/// <param name="LeftCustomer">The customer's name, where the right does not say it.</param>
/// <param name="RightWorkType">Refers to the work type of the project's time.</param>
/// <param name="WorkTypes">The kind of what <paramref name="RightWorkType"/> refers to.</param>
public sealed record ListedFields(string LeftCustomer, string RightCustomer, string LeftBoard, string RightWorkType, string WorkTypes);
