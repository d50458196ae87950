# Draws docs/figures/figure2.svg from the runs of `apical reproduce fig2 --budget quick`:
#   gnuplot -e "runs='reproductions/fig2-quick/runs'" docs/figures/figure2.gp
set datafile separator ','
set terminal svg size 860,360 font 'Helvetica,13' background '#ffffff'
set output 'docs/figures/figure2.svg'
set multiplot layout 1,2
set grid lc rgb '#dddddd'
set xlabel 'minibatches of 32 (thousands)'
set key top right samplen 2
file(name, seed) = sprintf('%s/%s-seed%d/metrics.csv', runs, name, seed)
set title 'MNIST test error, 784-50-20-10'
set ylabel 'test error, %'
set logscale y
set yrange [6:100]
set ytics (7, 10, 20, 50, 90)
plot for [s=1:3] file('feedback-alignment', s) using ($1/1000):(100*$8) every ::1 with lines lw 1.6 lc rgb '#888888' title (s==1 ? 'feedback alignment (B fixed)' : ''), \
     for [s=1:3] file('node-perturbation-1.0e-2', s) using ($1/1000):(100*$8) every ::1 with lines lw 1.6 lc rgb '#d62728' title (s==1 ? 'B learned by node perturbation' : ''), \
     for [s=1:3] file('backpropagation', s) using ($1/1000):(100*$8) every ::1 with lines lw 1.6 lc rgb '#000000' title (s==1 ? 'backpropagation' : '')
unset logscale y
set title 'angle to the gradient (dashed: layer 2)'
set ylabel 'degrees'
set yrange [0:90]
set ytics 0,15,90
plot for [s=1:3] file('feedback-alignment', s) using ($1/1000):11 every ::1 with lines lw 1.6 lc rgb '#888888' title (s==1 ? 'feedback alignment' : ''), \
     for [s=1:3] file('feedback-alignment', s) using ($1/1000):15 every ::1 with lines lw 1.6 dt 2 lc rgb '#888888' notitle, \
     for [s=1:3] file('node-perturbation-1.0e-2', s) using ($1/1000):11 every ::1 with lines lw 1.6 lc rgb '#d62728' title (s==1 ? 'learned' : ''), \
     for [s=1:3] file('node-perturbation-1.0e-2', s) using ($1/1000):15 every ::1 with lines lw 1.6 dt 2 lc rgb '#d62728' notitle
unset multiplot
