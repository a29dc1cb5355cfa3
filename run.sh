. /tmp/me.sh; export PYTHONPATH=$1/workflow; cd $1; exec nice python /tmp/r30/go.py $2 $3 $4
