using System.Globalization;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Training;

/// <summary>Where a run stands between two steps.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Step">Steps done in the current epoch.</param>
/// <param name="LossSum">Sum of the losses of the current epoch's images.</param>
/// <param name="ErrorSum">Errors among the current epoch's images.</param>
/// <param name="Seconds">Seconds spent on the current epoch.</param>
public readonly record struct TrainingPosition(int Epoch, int Step, double LossSum, long ErrorSum, double Seconds);

/// <summary>Saves and restores everything a run needs to go on as if it had never stopped.</summary>
internal static class Checkpoint
{
    private const string FileName = "checkpoint-last.ekpt";

    public static void Save(
        RunFolder folder, RunSpec spec, Network network, Optimizer optimizer, IReadOnlyList<StepHook> hooks, TrainingPosition at)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["spec"] = spec.Hash,
            ["epoch"] = Text(at.Epoch),
            ["step"] = Text(at.Step),
            ["lossSum"] = at.LossSum.ToString("R", CultureInfo.InvariantCulture),
            ["errorSum"] = Text(at.ErrorSum),
            ["seconds"] = at.Seconds.ToString("R", CultureInfo.InvariantCulture),
            ["optimizerSteps"] = Text(optimizer.Steps),
        };
        WholeFile.Write(
            Path(folder), stream => TensorFile.Write(stream, facts, State(network, optimizer, hooks)));
    }

    /// <summary>Restores the last checkpoint; null if the run has none.</summary>
    public static TrainingPosition? Load(
        RunFolder folder, RunSpec spec, Network network, Optimizer optimizer, IReadOnlyList<StepHook> hooks)
    {
        var path = Path(folder);
        if (!File.Exists(path)) return null;
        using var stream = File.OpenRead(path);
        var file = TensorFile.Read(stream, path);
        if (file.Fact("spec") != spec.Hash)
            throw new UserException($"{path} belongs to another run ({file.Fact("spec")}, expected {spec.Hash}): delete it to start anew.");
        foreach (var (name, value) in State(network, optimizer, hooks)) file.CopyTo(name, value);
        optimizer.Steps = Whole(file, "optimizerSteps");
        return new TrainingPosition(
            (int)Whole(file, "epoch"), (int)Whole(file, "step"), Number(file, "lossSum"), Whole(file, "errorSum"),
            Number(file, "seconds"));
    }

    private static IEnumerable<(string Name, Tensor Value)> State(
        Network network, Optimizer optimizer, IReadOnlyList<StepHook> hooks) =>
        network.State().Concat(optimizer.State).Concat(hooks.SelectMany(hook => hook.State));

    /// <summary>Where a run's last checkpoint lies.</summary>
    public static string Path(RunFolder folder) => System.IO.Path.Combine(folder.FullPath, FileName);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Whole(TensorFileContents file, string key) =>
        long.Parse(file.Fact(key), CultureInfo.InvariantCulture);

    private static double Number(TensorFileContents file, string key) =>
        double.Parse(file.Fact(key), CultureInfo.InvariantCulture);
}
